"""Answers with another status than 200, once and for ever."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from scanner.sim import faults
from scanner.sim.changes import refuse_version
from scanner.sim.faults import Fault, route_at
from scanner.sim.http_messages import Request
from tests.support.fault_rows import (
    ALL,
    ALPHA,
    AS_EVER,
    ELSEWHERE,
    EVERYWHERE,
    MAYBE_ALPHA,
    REFUSED,
    Bench,
    Row,
    Said,
    Site,
    table,
)

HTML = b"<html><body>busy</body></html>"
BIG_ERROR = b'{"error":{"code":"Busy","message":"' + b"x" * 5_000_000 + b'"}}'
SUPPORTED = "2016-03-30,2022-08-01,2023-07-01,2024-07-01"
VERSION_CODES = ("InvalidApiVersionParameter", "NoRegisteredProviderFound", "InvalidResourceType")
UNUSABLE = b'{"error":{"code":"InvalidApiVersionParameter","message":"It is invalid."}}'


def answer(site: Site, route: str, **fault: object) -> None:
    """A fault of a route of alpha."""
    site.world.faults.append(Fault(route_at(site.alpha, route), **fault))  # type: ignore[arg-type]


def refuse_versions(code: str) -> Callable[[Site], object]:
    """Refuse every version of Compute but the ones that the answer names."""

    def is_unsupported(request: Request) -> bool:
        version = request.option("api-version")
        return "/microsoft.compute/" in request.path.lower() and version not in SUPPORTED.split(",")

    fault = Fault(is_unsupported, status=400, change=refuse_version(code, SUPPORTED))

    def plant(site: Site) -> None:
        site.world.versions["Microsoft.Compute"] = tuple(SUPPORTED.split(","))
        site.world.faults.append(fault)

    return plant


def fail_each_view(site: Site, status: int, times: int | None) -> None:
    for vm in site.alpha.vms:
        faults.fail(vm, "instance_views", status, times=times)


LONG = (
    "503-seven-on-each-vm-read",
    "409-unregistered-ClassicCompute",
    "big-error-body",
    "404-vm-reads",
    "204-disks",
    "500-metadata",
    "api-version-refused-NoRegisteredProviderFound",
    "api-version-refused-InvalidResourceType",
    "200-html-disks-all",
    "206-partial",
    "304",
    "418",
    "500-for-ever-disks",
    "502-html-vms",
    "500-on-every-vm-read",
    "404-points",
    "409-unregistered-Network",
    "empty-body-locks",
    "500-twice-vms",
    "403-vms",
    "404-vms-list",
)
"""Rows like others but for a value or a route."""


@table(
    Row("no fault", lambda site: None, AS_EVER, more_requests=5),
    Said("403-vms", lambda site: faults.refuse(site.alpha, "virtual_machines"), ALPHA,
        judged=ELSEWHERE),
    Said(
        "403-flap-vms",
        lambda site: faults.refuse(site.alpha, "virtual_machines", times=1),
        AS_EVER,
        more_requests=5,
    ),
    Said(
        "403-flap-vm-reads",
        lambda site: [faults.refuse(vm, "instance_views", times=1) for vm in site.world.vms],
        AS_EVER,
        more_requests=30,
    ),
    Row("403-subscriptions", lambda site: faults.refuse(site.world, "subscriptions"), REFUSED),
    Said("400-api-version", lambda site: answer(site, "disks", status=400, body=UNUSABLE), ALPHA,
        judged=ALL, says=["version"]),
    *(
        Said(f"api-version-refused-{code}", refuse_versions(code),
            AS_EVER, more_requests=35)
        for code in VERSION_CODES
    ),
    Said("502-html-vms", lambda site: answer(site, "virtual_machines", status=502, body=HTML),
        ALPHA, judged=ELSEWHERE, more_requests=5),
    Said("200-html-vms", lambda site: answer(site, "virtual_machines", status=200, body=HTML),
        ALPHA, judged=ELSEWHERE),
    Said("200-html-disks-all", lambda site: faults.broken_body(site.world, "disks", HTML),
        EVERYWHERE, judged=ALL),
    Said(
        "right-json-as-text-html",
        lambda site: answer(site, "disks", status=200, headers={"content-type": "text/html"}),
        AS_EVER,
    ),
    Row("204-disks", lambda site: answer(site, "disks", status=204, body=b""), ALPHA, judged=ALL),
    Row("206-partial", lambda site: answer(site, "disks", status=206, body=b'{"value":[]}'), ALPHA,
        judged=ALL),
    Row("304", lambda site: answer(site, "disks", status=304, body=b""), ALPHA, judged=ALL),
    Said("418", lambda site: answer(site, "disks", status=418), ALPHA, judged=ALL),
    Said("empty-body-locks", lambda site: faults.broken_body(site.alpha, "locks", b""), ALPHA,
        judged=ALL),
    Said("error-body-with-200",
        lambda site: faults.broken_body(site.alpha, "virtual_machines", BIG_ERROR[:60] + b'"}}'),
        ALPHA, judged=ELSEWHERE),
    Row("big-error-body", lambda site: answer(site, "disks", status=400, body=BIG_ERROR), ALPHA,
        judged=ALL),
    Said("500-for-ever-vms", lambda site: faults.fail(site.alpha, "virtual_machines", 500), ALPHA,
        judged=ELSEWHERE, more_requests=5),
    Said("500-for-ever-disks", lambda site: faults.fail(site.alpha, "disks", 500), ALPHA,
        judged=ALL, more_requests=10),
    Said("500-twice-vms", lambda site: faults.fail(site.alpha, "virtual_machines", 500, times=2),
        AS_EVER),
    Said("500-on-every-vm-read", lambda site: fail_each_view(site, 500, None), ALPHA, judged=ALL,
        more_requests=80),
    Said("500-on-every-vm-read-everywhere",
        lambda site: faults.fail(site.world, "instance_views", 500), EVERYWHERE, judged=ALL,
        more_requests=135),
    Said("503-seven-on-each-vm-read", lambda site: fail_each_view(site, 503, 7), MAYBE_ALPHA,
        judged=ALL, more_requests=80),
    Said("503-once-with-retry-after",
        lambda site: answer(site, "disks", status=503, times=1, retry_after=1), AS_EVER),
    Said("404-vms-list", lambda site: faults.fail(site.alpha, "virtual_machines", 404), ALPHA,
        judged=ELSEWHERE),
    Said("404-vm-reads", lambda site: fail_each_view(site, 404, None), ALPHA, judged=ALL),
    Said("404-points", lambda site: faults.fail(site.alpha, "restore_points", 404), ALPHA,
        judged=ALL),
    Said("409-unregistered-Network",
        lambda site: faults.not_registered(site.alpha, "network_interfaces"), ALPHA, judged=ALL),
    Said("409-unregistered-ClassicCompute",
        lambda site: faults.not_registered(site.alpha, "classic_virtual_machines"), AS_EVER),
    Said("409-unregistered-Authorization", lambda site: faults.not_registered(site.alpha, "locks"),
        ALPHA, judged=ALL),
    Row("html-metadata", lambda site: faults.broken_body(site.world, "metadata", HTML), REFUSED),
    Row("500-metadata", lambda site: faults.fail(site.world, "metadata", 500), REFUSED, tokens=0),
    long=LONG,
)  # fmt: skip
def test_status(row: Row, bench: Bench, tmp_path: Path) -> None:
    bench.scan(row, tmp_path)


def test_a_row_fails_if_a_vm_is_lost(bench: Bench, tmp_path: Path) -> None:
    def plant(site: Site) -> None:
        faults.broken_body(site.alpha, "virtual_machines", b'{"value":[]}')

    with pytest.raises(AssertionError, match="are lost"):
        bench.scan(Row("an empty listing", plant, AS_EVER), tmp_path)
