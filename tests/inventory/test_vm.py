"""The facts of a VM: reading a fact gives its value, or raises its gap."""

import pytest

from scanner.inventory.gap import Gap, Reason, Unseen, map_value, require
from scanner.inventory.vm import FACTS, Fact, Vm
from tests.support.facts import (
    BACKUPS,
    COLLECTION,
    GROUP,
    SEEN_AT,
    SUBSCRIPTION,
    VM_ID,
    agent,
    classic_vm,
    disks,
    gap,
    guest_load,
    lock,
    no_agent,
    source,
    vm,
)


@pytest.mark.parametrize("fact", FACTS)
def test_a_fact_that_was_read(fact: str) -> None:
    seen = vm(guest_load=guest_load()) if fact in vm().seen else classic_vm()
    assert getattr(seen, fact) is seen.seen[fact]
    assert isinstance(getattr(Vm, fact), Fact)
    assert str(FACTS[fact].__doc__).endswith(".")


@pytest.mark.parametrize("fact", FACTS)
@pytest.mark.parametrize("reason", Reason)
def test_a_fact_that_was_not_read_raises_its_gap(fact: str, reason: Reason) -> None:
    missing = gap(fact, reason)
    with pytest.raises(Unseen) as unseen:
        getattr(vm(**{fact: missing}), fact)
    assert unseen.value.gap is missing


@pytest.mark.parametrize("fact", FACTS)
def test_a_fact_that_was_left_out_raises_a_gap(fact: str) -> None:
    with pytest.raises(Unseen) as unseen:
        getattr(Vm(VM_ID), fact)
    assert unseen.value.gap == Gap(VM_ID.text, fact, Reason.FAILED, None, unseen.value.gap.remedy)


def test_name() -> None:
    assert Vm(VM_ID).name == "web-01"


def test_reasons_the_worst_first() -> None:
    missing = [reason for reason in Reason if reason.is_missing]
    assert list(map(str, missing)) == ["denied", "failed", "not-recorded"]
    assert list(Reason)[: len(missing)] == missing


def test_require_and_map_value() -> None:
    missing = gap("disks")
    assert require(3) == 3
    assert map_value(3, str) == "3"
    assert map_value(missing, str) is missing
    with pytest.raises(Unseen):
        require(missing)


def test_an_unread_size_of_one_disk() -> None:
    known, unknown = disks(30, gap("disks"))
    assert known.size_gib == 30
    assert (str(known), str(unknown)) == ("OS disk disk-0", "data disk (LUN 0) disk-1")
    for attribute in ("size_gib", "evidence"):
        with pytest.raises(Unseen):
            getattr(unknown, attribute)


def test_an_absent_agent_has_no_version() -> None:
    assert agent("2.2.20").version.text == "2.2.20"
    assert no_agent().status_evidence.value is None
    with pytest.raises(Unseen):
        _ = no_agent().version


@pytest.mark.parametrize(
    ("on", "covers"),
    [
        pytest.param(SUBSCRIPTION, True, id="subscription"),
        pytest.param(BACKUPS, True, id="group of the collection"),
        pytest.param(COLLECTION, True, id="collection"),
        pytest.param(GROUP, False, id="group of the VM"),
        pytest.param(VM_ID, False, id="VM"),
    ],
)
def test_a_lock_covers_a_collection(on, covers: bool) -> None:
    assert lock(on).covers(COLLECTION) is covers


@pytest.mark.parametrize(
    ("start", "path", "full"),
    [("a", "b", "a.b"), ("", "b", "b"), ("a", "", "a"), ("", "", "")],
    ids=["both", "only the path", "only the start", "neither"],
)
def test_paths_of_evidence(start: str, path: str, full: str) -> None:
    shown = source(start).evidence(path, 1)
    assert (shown.id, shown.path, shown.value, shown.seen_at) == (VM_ID, full, 1, SEEN_AT)
    assert source("a").at("b").path == "a.b"
    assert source().at("b").path == "b"
