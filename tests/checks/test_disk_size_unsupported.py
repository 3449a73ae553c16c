"""disk-size-unsupported: facts and verdicts."""

import pytest

from scanner.inventory.facts.disks import Disk
from scanner.inventory.gap import Gap, Reason
from tests.support.facts import EDITIONS, disks, gap, vm
from tests.support.verdicts import Seen, cites, evidence, is_found, judge, verdict_of, worst

CAUSE = "disk-size-unsupported"
UNSEEN = gap("disks", Reason.NOT_RECORDED)
NO_SIZE = "unknown (not-recorded)"
MOST = [32767] * 16  # together 16 GiB below the limit of a VM


def size(index: int, gib: int) -> Seen:
    return ("web-01", f"disks[{index}].diskSizeGB", gib)


def shown_of(found: tuple[Disk, ...]) -> list[Seen]:
    """Every size, as evidence of all disks together."""
    return [size(index, disk.size_gib) for index, disk in enumerate(found)]


def in_gib(sizes: object) -> str | None:
    """Disk sizes as part of a test id: ``30 and 128 GiB``."""
    if not isinstance(sizes, tuple):
        return None
    return " and ".join("?" if isinstance(gib, Gap) else f"{gib}" for gib in sizes) + " GiB"


@pytest.mark.parametrize(
    ("sizes", "then", "now", "index"),
    [
        ((30, 128), "clear", "clear", None),
        ((0,), "clear", "clear", None),
        ((30, 1023), "clear", "clear", None),
        ((30, 1024), "applies", "clear", 1),
        ((2048, 30), "applies", "clear", 0),
        ((30, 32767), "applies", "clear", 1),
        ((30, 32768), "applies", "possible", 1),
        ((30, 65536), "applies", "possible", 1),
        ((30, 65537), "applies", "applies", 1),
        ((65537,), "applies", "applies", 0),
        ((40000, 70000), "applies", "applies", None),
        ((30, UNSEEN), NO_SIZE, NO_SIZE, None),
        ((UNSEEN, 30), NO_SIZE, NO_SIZE, None),
        ((UNSEEN, 2048), "applies", NO_SIZE, 1),
        ((UNSEEN, 32768), "applies", "possible", 1),
        ((UNSEEN, 65537), "applies", "applies", 1),
        ((65537, UNSEEN), "applies", "applies", 0),
    ],
    ids=in_gib,
)
def test_one_disk(sizes: tuple[int | Gap, ...], then: str, now: str, index: int | None) -> None:
    seen = vm(disks=disks(*sizes))
    for edition, expected in zip(EDITIONS, (then, now), strict=True):
        judged = judge(CAUSE, edition, seen)
        assert verdict_of(judged) == expected, edition
        if is_found(judged):
            assert cites(judged, edition)
            if index is not None:
                gib = sizes[index]
                assert isinstance(gib, int)
                assert evidence(worst(judged)) == [size(index, gib)]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        pytest.param([], "clear", id="16 GiB below the limit"),
        pytest.param([16], "clear", id="at the limit"),
        pytest.param([17], "applies", id="1 GiB over the limit"),
        pytest.param([16, 1], "applies", id="1 GiB over the limit by two disks"),
    ],
)
def test_all_together(more: list[int], expected: str) -> None:
    found = disks(*MOST, *more)
    judged = judge(CAUSE, "current", vm(disks=found))
    assert verdict_of(judged) == expected
    if is_found(judged):
        assert evidence(worst(judged)) == shown_of(found)
        assert cites(judged, "current")


def test_2018_has_no_limit_on_all_together() -> None:
    assert verdict_of(judge(CAUSE, "2018-01", vm(disks=disks(*[1023] * 600)))) == "clear"


@pytest.mark.parametrize(
    ("gib", "superseded"), [(1023, None), (1024, "applies"), (2048, "applies"), (32768, None)]
)
def test_withdrawn_limit_is_shown(gib: int, superseded: str | None) -> None:
    old = judge(CAUSE, "current", vm(disks=disks(gib))).superseded
    assert (str(old.verdict) if old else None) == superseded
    if old:
        assert old.edition == "2018-01"
        assert "1,023" in old.why
    assert judge(CAUSE, "2018-01", vm(disks=disks(gib))).superseded is None


@pytest.mark.parametrize("reason", list(Reason))
@pytest.mark.parametrize("edition", EDITIONS)
def test_unread(edition: str, reason: Reason) -> None:
    judged = judge(CAUSE, edition, vm(disks=gap("disks", reason)))
    assert verdict_of(judged) == f"unknown ({reason})"
