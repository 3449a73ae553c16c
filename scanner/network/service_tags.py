"""Service tags: names for groups of prefixes, which Microsoft publishes for every cloud."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, cached_property, lru_cache
from importlib import resources

import msgspec
from msgspec import Struct

from scanner.inventory.facts.network import PublishedTags
from scanner.network.addresses import Addresses, by_length
from scanner.network.tag_names import TAGS

_REGIONS = "regions"
"""In place of prefixes: all prefixes of the tag's regional tags."""


class ServiceTags(Struct, frozen=True, dict=True, eq=False):
    """The service tags of one cloud, as one publication has them."""

    publication: str
    """Such as ``Public 360``: the cloud and the number of the change."""
    texts: Mapping[str, str]
    """The prefixes of a tag, with spaces between them, by the tag's name in lower case."""
    other_names: Mapping[str, str] = {}
    """Regions as ``AzureCloud`` abbreviates them, with their names elsewhere."""

    @cached_property
    def _parts(self) -> dict[str, tuple[tuple[int, Addresses], ...] | None]:
        return {}

    def name(self, text: str) -> str:
        """The name of a tag in the spelling of this table."""
        service, dot, region = text.strip().lower().partition(".")
        return f"{service}{dot}{self.other_names.get(region, region)}"

    def prefixes(self, name: str) -> tuple[str, ...] | None:
        """The prefixes of a tag. None if the publication lacks it."""
        text = self.texts.get(name)
        if text is None:
            return None
        first, _, others = text.partition(" ")
        if first != _REGIONS:
            return tuple(text.split())
        regional = (self.texts[tag] for tag in self.texts if tag.startswith(f"{name}."))
        return tuple(dict.fromkeys(" ".join((others, *regional)).split()))

    def by_length(self, name: str) -> tuple[tuple[int, Addresses], ...] | None:
        """The addresses of a tag by the lengths of its prefixes.

        None if it is not published, or if one of its prefixes is none.
        """
        if name not in self._parts:
            prefixes = self.prefixes(name)
            try:
                self._parts[name] = None if prefixes is None else by_length(prefixes)
            except ValueError:
                self._parts[name] = None
        return self._parts[name]

    def addresses(self, name: str) -> Addresses | None:
        """The addresses of a tag. None if it is not published."""
        parts = self.by_length(name)
        return None if parts is None else Addresses.union(part for _, part in parts)


class _Cloud(Struct, rename="camel"):
    change_number: int
    tags: dict[str, str]
    other_names: dict[str, str] = {}


class _Copy(Struct):
    source: str
    clouds: dict[str, _Cloud]


NOTHING_PUBLISHED = ServiceTags("", {})


@cache
def built_in_tags(region: str) -> ServiceTags:
    """The tags of a region's cloud, from the built-in copy of Microsoft's publications.

    Without tags if the copy lacks the region, as it lacks all of China.
    """
    return next(
        (tags for tags in built_in_clouds() if f"storage.{region}" in tags.texts), NOTHING_PUBLISHED
    )


@cache
def built_in_clouds() -> tuple[ServiceTags, ...]:
    """The tags of all clouds of the built-in copy."""
    text = resources.files(__package__).joinpath("service_tags.json").read_bytes()
    copy = msgspec.json.decode(text, type=_Copy)
    return tuple(
        ServiceTags(f"{cloud} {found.change_number}", found.tags, found.other_names)
        for cloud, found in copy.clouds.items()
    )


def tags_of(published: PublishedTags | None, region: str) -> ServiceTags:
    """The tags to judge a VM in a region by: the ones that were read, else the built-in ones.

    A publication without Azure Storage of the region is not used.
    """
    if published is not None:
        tags = _as_read(published)
        if tags.by_length(f"storage.{region}"):
            return tags
    return built_in_tags(region)


@lru_cache(8)
def _as_read(published: PublishedTags) -> ServiceTags:
    clouds = built_in_clouds()
    names = {short: name for tags in clouds for short, name in tags.other_names.items()}
    tags = ServiceTags(published.publication, {}, names)
    texts = {tags.name(tag): text for tag, text in published.prefixes.items()}
    return ServiceTags(published.publication, texts, names)


def is_known(name: str) -> bool:
    """True for the name of a documented service, which a region or a part of it may follow."""
    service, dot, part = name.strip().lower().partition(".")
    return service in TAGS and part.isalnum() is bool(dot)
