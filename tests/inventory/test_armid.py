"""ArmId: compared without case; containment by whole segments."""

from __future__ import annotations

import pickle
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.inventory.armid import ArmId

SUBSCRIPTION = "/subscriptions/0000000A-0000-0000-0000-000000000001"
GUID = SUBSCRIPTION.rpartition("/")[2].lower()
GROUP = f"{SUBSCRIPTION}/resourceGroups/rg-Web"
VM = f"{GROUP}/providers/Microsoft.Compute/virtualMachines/Web-01"
EXTENSION = f"{VM}/extensions/Agent"
LOCK = "/providers/Microsoft.Authorization/locks/keep"
VM_TYPE = "microsoft.compute/virtualmachines"
LOCK_TYPE = "microsoft.authorization/locks"

segment = st.text("abcxyzABCXYZ0123456789-_.()", min_size=1, max_size=8).filter(
    lambda text: text not in (".", "..")
)
segments = st.lists(segment, min_size=1, max_size=6)


def arm_id(parts: list[str]) -> ArmId:
    return ArmId("/" + "/".join(parts))


@given(segments, st.randoms())
def test_equal_and_hashed_without_case(parts: list[str], toss) -> None:
    one = arm_id(parts)
    text = "".join(toss.choice((char.upper(), char.lower())) for char in one.text)
    other = ArmId(text)
    assert one == other
    assert hash(one) == hash(other)
    assert not one < other
    assert not other < one
    assert one in other
    assert other in one
    assert (str(one), str(other)) == ("/" + "/".join(parts), text)


@given(segments, segments)
def test_equal_only_with_the_same_segments(left: list[str], right: list[str]) -> None:
    same = list(map(str.lower, left)) == list(map(str.lower, right))
    one, other = arm_id(left), arm_id(right)
    assert (one == other) is same
    assert (one < other) + (other < one) + (one == other) == 1


@given(segments, segments, segments)
def test_containment_is_transitive_and_by_segment(a: list[str], b: list[str], c: list[str]) -> None:
    outer, middle, inner = arm_id(a), arm_id(a + b), arm_id(a + b + c)
    assert middle in outer
    assert inner in middle
    assert inner in outer
    assert outer not in middle


@given(segments, segment)
def test_a_longer_name_is_not_contained(parts: list[str], more: str) -> None:
    longer = arm_id([*parts[:-1], parts[-1] + more])
    assert longer not in arm_id(parts)
    assert arm_id(parts) not in longer


def test_is_equal_to_no_text() -> None:
    assert ArmId(VM) != VM
    assert repr(ArmId(VM)) == f"ArmId({VM!r})"
    assert ArmId(VM) == ArmId(f"{VM}/")


@pytest.mark.parametrize(
    ("text", "name", "subscription", "group", "kind"),
    [
        pytest.param(
            SUBSCRIPTION, SUBSCRIPTION.rpartition("/")[2], GUID, None, None, id="subscription"
        ),
        pytest.param(GROUP, "rg-Web", GUID, "rg-Web", None, id="group"),
        pytest.param(VM, "Web-01", GUID, "rg-Web", VM_TYPE, id="VM"),
        pytest.param(
            EXTENSION, "Agent", GUID, "rg-Web", f"{VM_TYPE}/extensions", id="extension of a VM"
        ),
        pytest.param(VM + LOCK, "keep", GUID, "rg-Web", LOCK_TYPE, id="lock on a VM"),
        pytest.param(LOCK, "keep", None, None, LOCK_TYPE, id="lock on nothing"),
        pytest.param("/subscriptions", "subscriptions", None, None, None, id="one segment"),
        pytest.param(
            f"{SUBSCRIPTION}/resourceGroups", "resourceGroups", GUID, None, None, id="group list"
        ),
        pytest.param(f"{VM}/", "Web-01", GUID, "rg-Web", VM_TYPE, id="VM with a slash at the end"),
    ],
)
@pytest.mark.parametrize("change", [str, str.upper, str.lower], ids=["as is", "upper", "lower"])
def test_parts(text, name, subscription, group, kind, change) -> None:
    found = ArmId(change(text))
    assert found.name == change(name)
    assert found.subscription == subscription
    assert found.resource_group == (change(group) if group else None)
    assert found.group == (ArmId(GROUP) if group else None)
    assert found.subscription_id == (ArmId(SUBSCRIPTION) if subscription else None)
    assert found.type == kind


@pytest.mark.parametrize(
    "on", [SUBSCRIPTION, GROUP, VM, EXTENSION], ids=["subscription", "group", "VM", "extension"]
)
def test_scope_is_the_resource_that_a_lock_is_on(on: str) -> None:
    assert ArmId(on + LOCK).scope == ArmId(on)
    assert ArmId((on + LOCK).upper()).scope == ArmId(on)


def test_a_segment_may_begin_with_a_dot() -> None:
    assert ArmId(f"{GROUP}/providers/Microsoft.Compute/disks/.x").name == ".x"


def test_a_lock_on_nothing_has_no_scope() -> None:
    assert ArmId(LOCK).scope is None


@pytest.mark.parametrize(
    "text",
    [SUBSCRIPTION, GROUP, "/subscriptions"],
    ids=["subscription", "group", "one segment"],
)
def test_scope_without_a_provider(text: str) -> None:
    assert ArmId(text).scope is None


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        "/",
        "//",
        "vm",
        "subscriptions/x",
        pytest.param(" /subscriptions/x", id="leading blank"),
        pytest.param(f"{GROUP}/..", id="dots at the end"),
        pytest.param(VM.replace("/rg-Web/", "/../"), id="dots in the middle"),
        pytest.param(VM.replace("/rg-Web/", "/./"), id="a dot in the middle"),
        pytest.param(VM.replace("/rg-Web/", "//"), id="an empty segment"),
        pytest.param(f"{VM}//", id="two slashes at the end"),
        pytest.param(f"/{VM}", id="two slashes at the start"),
    ],
)
def test_no_id(text: str) -> None:
    with pytest.raises(ValueError, match="not an ARM resource id"):
        ArmId(text)


@given(st.text())
def test_a_text_is_an_id_or_raises_value_error(text: str) -> None:
    try:
        found = ArmId(text)
    except ValueError:
        return
    assert found == ArmId(found.text)
    assert (found.name, found.subscription, found.group, found.type) is not None


@pytest.mark.parametrize(
    ("text", "top"),
    [
        (EXTENSION, VM),
        (VM, VM),
        (f"{VM}/", VM),
        (f"{VM}{LOCK}", f"{VM}{LOCK}"),
        (GROUP, None),
    ],
    ids=["extension", "VM", "slash at the end", "lock", "group"],
)
def test_top_level(text: str, top: str | None) -> None:
    assert ArmId(text).top_level == (ArmId(top) if top else None)


def test_an_id_is_the_same_in_another_process() -> None:
    """Hashes of texts differ there."""
    code = f"""
import pickle, sys
from scanner.inventory.armid import ArmId
print(pickle.loads(sys.stdin.buffer.read()) in {{ArmId({VM.upper()!r}): None}})
"""
    sent = pickle.dumps(ArmId(VM))
    command = [sys.executable, "-c", code]
    assert subprocess.run(command, input=sent, capture_output=True, check=True).stdout == b"True\n"
