"""Recorded pages and errors, and what the client makes of them."""

from __future__ import annotations

import pytest

from scanner.arm import calls
from scanner.arm.call import Listing
from scanner.arm.decode import decode_page
from scanner.inventory.armid import ArmId
from scanner.inventory.gap import Gap, Reason
from scanner.inventory.records import base
from tests.support.answers import (
    RECORDED,
    Door,
    body,
    check_recordings,
    recorded_answer,
    subscription_of,
)
from tests.support.snapshots import SCOPE

DENIED, FAILED = Reason.DENIED, Reason.FAILED
NOT_RECORDED, NOT_RUNNING = Reason.NOT_RECORDED, Reason.NOT_RUNNING
PAGES = {
    # Number of entries, True if a page follows, and the first and last names.
    "empty_value_but_nextLink_resources_list_2022-09-01": (0, True, []),
    "nsg_empty_string_nextLink_page1_2015-05-01-preview": (1, False, ["azsmnet1822"]),
    "resources_filter_nextLink_page1_2020-10-01": (1, True, ["pytestavsetea520dc4"]),
    "resources_filter_nextLink_page2_2020-10-01": (0, False, []),
    "resources_with_azurebackup_rpcs_2022_2022-09-01": (
        25,
        True,
        ["AzureBackup_clitest-vmgzexo_70369986026034", "vmsswmnyclNSG"],
    ),
}


@pytest.mark.parametrize("file", PAGES)
def test_pages(file: str) -> None:
    entries, broken, link = decode_page(body(f"paging/{file}"), base.Resource)
    count, follows, names = PAGES[file]
    assert (len(entries), broken, link is not None) == (count, (), follows)
    assert link is None or link.startswith("https://management.azure.com/subscriptions/")
    if entries:
        assert [entries[0].id.name, entries[-1].id.name][: len(names)] == names


@pytest.mark.parametrize(
    ("first", "names"),
    [
        pytest.param(
            "resources_filter_nextLink_page1_2020-10-01",
            ["pytestavsetea520dc4"],
            id="page with an entry",
        ),
        pytest.param("empty_value_but_nextLink_resources_list_2022-09-01", [], id="empty page"),
    ],
)
async def test_a_page_with_a_link_is_followed(first: str, names: list[str]) -> None:
    last = "resources_filter_nextLink_page2_2020-10-01"
    door = Door(recorded_answer(f"paging/{first}"), recorded_answer(f"paging/{last}"))
    listing = await door.arm.list_all(ALL_RESOURCES, ANYWHERE)
    assert [record.id.name for record in listing.records] == names
    assert (listing.gaps, door.requests) == ((), 2)
    assert door.azure.asked[1].option("$skiptoken")


# The listing that the recorded pages belong to.
ALL_RESOURCES = Listing(
    name="resources",
    operation=lambda azure, _, options: azure.resource.resources.list(**options),
    action="Microsoft.Resources/subscriptions/resources/read",
    fact="resources",
    record=base.Resource,
    holds="",
)
ANYWHERE = ArmId("/subscriptions/00000000-0000-0000-0000-000000000000")

ERRORS = {
    "http_400_BadRequest_other_err_2018-01-01": (FAILED, "HTTP 400 BadRequest"),
    "http_403_AuthorizationFailed_policydefinitions_write_2016-04-01": (
        DENIED, "HTTP 403 AuthorizationFailed",
    ),
    "http_403_AuthorizationFailed_rg_get_2017-08-01": (DENIED, "HTTP 403 AuthorizationFailed"),
    "http_403_AuthorizationFailed_storageAccounts_read_2015-12-01": (
        DENIED, "HTTP 403 AuthorizationFailed",
    ),
    "http_403_LinkedAuthorizationFaile_virtualNetworks_subnets_join_a_2018-10-01": (
        DENIED, "HTTP 403 LinkedAuthorizationFailed",
    ),
    "http_404_NotFound_vm_get_2024-07-01": (FAILED, "HTTP 404 NotFound"),
    "http_404_ResourceNotFound_vm_get_2016-03-30": (FAILED, "HTTP 404 ResourceNotFound"),
    "http_409_OperationNotAllowed_other_err_2023-09-01": (FAILED, "HTTP 409 OperationNotAllowed"),
    "http_409_ResourceGroupDeletionBlocked_other_err_2019-08-01": (
        FAILED, "HTTP 409 ResourceGroupDeletionBlocked",
    ),
    "http_500_InternalServerError_backup_job_get_2023-04-01": (
        FAILED, "HTTP 500 InternalServerError",
    ),
    "http_500_InternalServerError_other_err_2019-06-01": (FAILED, "HTTP 500 InternalServerError"),
    "http_500_None_other_err_2021-11-15": (FAILED, "HTTP 500 CloudInternalError"),
    "http_502_InvalidGatewayHost_backup_op_2016-12-01": (FAILED, "HTTP 502 InvalidGatewayHost"),
    "http_503_None_compute_op_2017-03-30": (FAILED, "HTTP 503"),
    "http_503_ServerTimeout_other_err_2020-09-30": (FAILED, "HTTP 503 ServerTimeout"),
    "http_504_GatewayTimeout_backup_job_get_2021-10-01": (FAILED, "HTTP 504 GatewayTimeout"),
    "rg_get_2022-09-01_test_resource_group_no_wait": (FAILED, "HTTP 404 ResourceGroupNotFound"),
    "subs_list_2016-06-01_orchestration_stack_vm_refresh": (
        DENIED, "HTTP 401 ExpiredAuthenticationToken",
    ),
    "throttled_429_backup_job_get_test_backup_archive_2023-01-01": (
        FAILED, "HTTP 429 ResourceRequestsThrottled",
    ),
    "throttled_429_lb_get_test_vm_lb_integration_2018-11-01": (FAILED, "HTTP 429 RetryableError"),
    "throttled_429_other_err_testManageWebAppSlots_js_2018-02-01": (FAILED, "HTTP 429 429"),
}  # fmt: skip
ATTEMPTS = {"HTTP 401": 2, "HTTP 403": 2, "HTTP 50": 7}
"""Requests for an answer by the start of its text. An expired token is renewed once."""
SHARED = ("HTTP 401", "HTTP 429")
"""What concerns all requests of a kind. It is one gap of the subscription."""


@pytest.mark.parametrize("file", ERRORS)
async def test_error(file: str) -> None:
    reason, shown = ERRORS[file]
    door = Door(recorded_answer(f"errors/{file}"))
    listing = await door.arm.list_all(calls.DISKS, SCOPE)
    asked = door.requests
    vm = ArmId(f"{SCOPE}/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/a")
    single = await door.arm.read(calls.INSTANCE_VIEW, vm)
    assert isinstance(single, Gap)
    assert (listing.records, len(listing.gaps), listing.rest) == ((), 1, listing.gaps[0])
    seen = [(gap.scope, gap.fact, gap.action) for gap in (listing.gaps[0], single)]
    assert seen == [
        (SCOPE.text, "disks", "Microsoft.Compute/disks/read"),
        (
            SCOPE.text if shown.startswith(SHARED) else vm.text,
            "agent",
            "Microsoft.Compute/virtualMachines/read",
        ),
    ]
    for gap in (listing.gaps[0], single):
        assert gap.reason is reason
        assert f"{shown}" in gap.remedy
        # A missing right is named. An expired token is not a missing right.
        named = f"Grant {gap.action} on {gap.scope}," in gap.remedy
        assert named == ("HTTP 403" in shown)
        assert ("Sign in again" in gap.remedy) == ("HTTP 401" in shown)
    if shown.startswith("HTTP 429"):
        # Half an hour is the longest wait, on the simulated clock. No more is sent then.
        assert 1 <= asked < 70
    else:
        attempts = next((n for start, n in ATTEMPTS.items() if shown.startswith(start)), 1)
        # Where a new token was refused too, the next request gets no other.
        again = 1 if "HTTP 401" in shown else attempts
        assert (asked, door.requests) == (attempts, attempts + again)


async def test_a_passing_error_is_no_gap() -> None:
    throttled = recorded_answer("errors/throttled_429_lb_get_test_vm_lb_integration_2018-11-01")
    file = "disks/disk_list_2020-09-30_canOperateOnEmptyManagedDisk"
    door = Door(throttled, recorded_answer(file))
    listing = await door.arm.list_all(calls.DISKS, subscription_of(file))
    assert (len(listing.records), listing.gaps, door.requests) == (1, (), 2)


def test_every_recording_has_expected_values() -> None:
    check_recordings({"paging": PAGES, "errors": ERRORS})


def test_every_folder_of_recordings_has_expected_values() -> None:
    vms = {"views", "instance_views", "models", "lists", "disks"}
    resources = {"locks", "restore_points", "groups", "subscriptions"}
    folders = {path.name for path in RECORDED.iterdir() if path.is_dir()}
    network = {"network", "effective"}
    assert folders == {*vms, *resources, *network, "paging", "errors", "backup"}
