"""What the documents say to do about a cause, in words that fit the guest of a VM."""

from __future__ import annotations

from scanner.catalogue import Edition, Rule, load, read
from scanner.catalogue.guests import GuestFamily, guest_family, in_guest
from scanner.inventory.facts.extensions import Image
from scanner.inventory.facts.machine import GuestSystem
from scanner.inventory.vm import Vm


def remedy_of(cause: str, edition: Edition, rule: Rule | None = None, vm: Vm | None = None) -> str:
    """What to do about a cause, by the documents of an edition.

    ``rule`` is the rule of a finding: it may belong to a member of the cause, and may have a remedy
    of its own. Without a VM, commands for all families of guests are named.
    """
    name = rule.cause if rule else cause
    own = rule.remedy if rule else None
    known = load().causes.get(name)
    if known is None:
        return f"No document of this version names {name}."
    text = own or known.remedy.get(edition.id) or _steps(name, edition)
    return in_guest(text, family_of(vm) if vm else None)


def _steps(cause: str, edition: Edition) -> str:
    """The steps of a cause in an edition, else in another one: a plugin may judge any cause."""
    editions = (read().editions[edition.id], *read().editions.values())
    return next(" ".join(one.causes[cause].steps) for one in editions if cause in one.causes)


def family_of(vm: Vm) -> GuestFamily | None:
    """The family of a VM's guest. None if neither its agent nor its image names one.

    What the agent reports outranks the image: a distribution can be upgraded or replaced in place.
    """
    guest, image = vm.if_seen("guest"), vm.if_seen("image")
    family = None
    if isinstance(guest, GuestSystem) and guest.name:
        family = guest_family(guest.name, guest.version)
    if family is None and isinstance(image, Image):
        family = guest_family(image.system, image.sku)
    return family
