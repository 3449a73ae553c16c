"""All that the documents say: symptoms with their causes in order, causes with what to do.

Nothing of it is needed to judge a VM, so it is read only where someone asks for an explanation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any, Literal

import msgspec
from msgspec import Struct

from scanner.errors import CatalogueError


class Source(Struct, frozen=True):
    """Where a fact comes from, and the date of that text."""

    where: str
    date: str


class Code(Struct, frozen=True):
    """What is known of an error code beside its name."""

    number: int | None = None
    """The number that the service's answers carry."""
    note: str | None = None
    bare: str | None = None
    """What the documents say it is about, where they name it and no cause of it."""
    text: str | None = None
    """Its English words, as recorded."""


class Disagreement(Struct, frozen=True):
    """A question on which today's pages give two answers."""

    about: str
    one: str
    other: str
    causes: tuple[str, ...]
    """The causes that depend on the answer."""


class Symptom(Struct, frozen=True, rename="kebab"):
    """An error that a backup job shows, with its causes in the document's order."""

    id: str
    message: str
    """The words of the error."""
    causes: tuple[str, ...]
    anchor: str
    heading_ko: str | None = None
    """The heading in the Korean text of the article."""
    codes: tuple[str, ...] = ()
    later_codes: tuple[str, ...] = ()
    """Codes that later editions gave to the same section; the article of 2018 prints none."""
    note_causes: tuple[str, ...] = ()
    """Causes that a note names before the list."""
    note: str | None = None
    contact: str | None = None
    """What the service tries to reach before a snapshot."""

    @property
    def all_causes(self) -> tuple[str, ...]:
        """Those of the notes first: they are to be looked at before the list."""
        return (*self.note_causes, *self.causes)

    @property
    def all_codes(self) -> tuple[str, ...]:
        """Every code it goes by."""
        return (*self.codes, *self.later_codes)


class Described(Struct, frozen=True):
    """What one edition says of a cause."""

    id: str
    title: str
    observability: str
    """``full`` (a read decides it), ``proxy`` (a read gives a sign), ``guest`` or ``group``."""
    facts: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    """What to do, in order."""
    shown: tuple[str, ...] = ()
    """What Resource Manager shows of it."""
    guest: tuple[str, ...] = ()
    """What only the guest knows of it."""
    codes: tuple[str, ...] = ()
    """Error codes that name it beside those of its symptoms."""
    rule: Mapping[str, str] = {}
    """In words, of a cause that no rule of the scanner judges: verdict and when it is given."""
    sources: tuple[str, ...] = ()
    system: Literal["windows", "linux"] | None = None
    anchor: str | None = None


class Documented(Struct, frozen=True):
    """What the documents of one edition say."""

    symptoms: tuple[Symptom, ...]
    """In the document's order."""
    causes: Mapping[str, Described]


class Documents(Struct, frozen=True):
    """What the documents of every edition say."""

    editions: Mapping[str, Documented]
    sources: Mapping[str, Source]
    codes: Mapping[str, Code]
    disagreements: tuple[Disagreement, ...]

    def others(self, edition: str) -> Iterator[tuple[str, Documented]]:
        """The editions but one."""
        return ((name, each) for name, each in self.editions.items() if name != edition)


class _Edition(Struct):
    symptom: tuple[Symptom, ...]
    cause: tuple[Described, ...]


@cache
def read() -> Documents:
    """All of it; raises ``CatalogueError``."""
    try:
        return Documents(
            editions={name: _edition(name) for name in ("2018-01", "current")},
            sources=_table("sources", dict[str, Source]),
            codes=_table("codes", dict[str, Code]),
            disagreements=_table(
                "disagreements", dict[Literal["disagreement"], tuple[Disagreement, ...]]
            )["disagreement"],
        )
    except msgspec.MsgspecError as error:
        raise CatalogueError(f"the documents cannot be read: {error}", "Reinstall") from error


def _edition(name: str) -> Documented:
    told: _Edition = _table(name, _Edition)
    causes = {cause.id: cause for cause in told.cause}
    return Documented(told.symptom, causes)


def _table(name: str, kind: Any) -> Any:
    text = resources.files(__package__).joinpath("documents", f"{name}.toml").read_bytes()
    return msgspec.toml.decode(text, type=kind)
