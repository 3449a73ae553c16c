"""Reading the service tags of the cloud: once for a scan, from the first subscription that may."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING

from scanner.arm import calls
from scanner.inventory.armid import ArmId
from scanner.inventory.facts.network import PublishedTags
from scanner.inventory.gap import Gap, Reason
from scanner.inventory.records.network import ServiceTagList
from scanner.inventory.vm import place

if TYPE_CHECKING:
    from scanner.arm.client import Arm

_TRIES = 3
"""The number of subscriptions that are asked in vain. Rights are alike in most of them."""


class ServiceTagReader:
    """The service tags of one cloud.

    Without them nothing is unknown: the copy that is built in is used, and ``gap`` says why.
    """

    def __init__(self, arm: Arm, tags: PublishedTags | None = None) -> None:
        """``tags`` are those that were read before. Then none are read."""
        self._arm = arm
        self._reading = asyncio.Lock()
        self._tags = tags
        self._tries = 0
        self._gap: Gap | None = None

    @property
    def gap(self) -> Gap | None:
        """Why they were not read. None if they were, or were not asked for."""
        return None if self._tags else self._gap

    async def read(
        self, subscription: ArmId, locations: Iterable[str | None]
    ) -> PublishedTags | None:
        """The tags, for VMs of a subscription in these locations. None if they were not read."""
        regions = (place(location) for location in locations)
        region = next((name for name in regions if name and name.isalnum()), None)
        async with self._reading:
            if self._tags is None and region and self._tries < _TRIES:
                self._tries += 1
                await self._read(ArmId(f"{subscription}/{_LOCATIONS}/{region}"))
        return self._tags

    async def _read(self, location: ArmId) -> None:
        answer = await self._arm.read(calls.SERVICE_TAGS, location)
        found = answer if type(answer) is Gap else published(answer, location)
        if type(found) is Gap:
            self._gap = self._gap or found
        else:
            self._tags = found


_LOCATIONS = "providers/Microsoft.Network/locations"


def published(answer: ServiceTagList, location: ArmId) -> PublishedTags | Gap:
    """The tags of an answer. A tag without a name or without prefixes is left out."""
    if not answer.cloud or answer.change_number is None or answer.next_link:
        what = "The answer has another page" if answer.next_link else "The answer has no cloud"
        call = calls.SERVICE_TAGS
        remedy = f"{what}. Scan again."
        return Gap(location.text, call.fact, Reason.NOT_RECORDED, call.action, remedy, call.name)
    prefixes = {
        tag.name.lower(): " ".join(tag.properties.address_prefixes)
        for tag in answer.values or ()
        if tag.name and tag.properties and tag.properties.address_prefixes
    }
    return PublishedTags(f"{answer.cloud} {answer.change_number} by ARM", prefixes)
