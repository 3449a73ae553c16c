"""What the documents say in full: symptoms with their causes in order, causes with what to do.

Judging a VM needs nothing of it; explanations do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from msgspec import Struct

from scanner.catalogue.values import Family

InWords = Mapping[Literal["applies", "possible", "clear", "unknown"], str]
"""When each verdict would be given."""


class Source(Struct, frozen=True, forbid_unknown_fields=True):
    """Where a fact comes from."""

    where: str
    """The copy that was read, in a repository."""
    date: str
    """The date of that text, in words where a day is not known."""
    url: str | None = None
    """The address of the page itself. None if it has none."""
    name: str | None = None
    """What it is called, if it has no address."""

    @property
    def shown(self) -> str:
        """The address or the name, with the date."""
        return f"{self.url or self.name or self.where} ({self.date})"


class Code(Struct, frozen=True, rename="kebab", forbid_unknown_fields=True):
    """What is known of an error code in addition to its name and its causes."""

    number: int | None = None
    """The number in the service's answers."""
    note: str | None = None
    texts: tuple[str, ...] = ()
    """The service's sentences for it, documented or recorded. A ``*`` is a part that varies."""
    bare: str | None = None
    """What the documents say it is about, for a code that they name without a cause."""
    recorded: str | None = None
    """What recorded answers show of it, for a code that no document names."""
    about: str | None = None
    """The ARM type that the code is about. It means nothing if its words name another type."""
    is_general: bool = False
    """True if the code says nothing alone: the words with it do."""
    refused: str | None = None
    """What the code is, if it is no error of a backup, such as an error of a restore."""


class Disagreement(Struct, frozen=True, forbid_unknown_fields=True):
    """A question that today's pages answer in two ways."""

    about: str
    one: str
    other: str
    causes: tuple[str, ...]
    """The causes that depend on the answer."""


class Symptom(Struct, frozen=True, rename="kebab", forbid_unknown_fields=True):
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
        """The causes of the note, then those of the list: the note comes first in the document."""
        return (*self.note_causes, *self.causes)

    @property
    def all_codes(self) -> tuple[str, ...]:
        """Every error code of the symptom, in this edition or later."""
        return (*self.codes, *self.later_codes)


class Statement(Struct, frozen=True, kw_only=True, rename="kebab", forbid_unknown_fields=True):
    """The part of a description that a page of a cause gives word for word."""

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
    """Error codes that name it, in addition to those of its symptoms."""
    sentences: tuple[str, ...] = ()
    """Sentences of compute and ARM that name it without a code of its own; ``*`` as in codes."""
    heading_ko: str | None = None
    """Its heading in the Korean text of the article."""
    sources: tuple[str, ...] = ()
    """Keys of sources.toml."""
    anchor: str | None = None


class Described(Statement, frozen=True, kw_only=True):
    """What one edition says of a cause."""

    id: str
    title: str
    system: Family | None = None
    """The only operating system it is about; None for both."""
    rule: InWords = {}
    """For a cause without a ``Rule`` in this edition."""


class Documented(Struct, frozen=True):
    """What the documents of one edition say."""

    symptoms: tuple[Symptom, ...]
    """In the document's order."""
    causes: Mapping[str, Described]
    """Keyed by id, in the document's order."""


class Documents(Struct, frozen=True):
    """What the documents of all editions say."""

    editions: Mapping[str, Documented]
    """Keyed by id, the oldest first."""
    sources: Mapping[str, Source]
    codes: Mapping[str, Code]
    disagreements: tuple[Disagreement, ...]

    def others(self, edition: str) -> Iterator[tuple[str, Documented]]:
        """All editions except this one."""
        return ((name, one) for name, one in self.editions.items() if name != edition)
