"""Answers that ask to wait, and limits that a scan reaches."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from scanner.sim import faults
from scanner.sim.faults import Fault, route_at
from scanner.sim.http_messages import Request, Response
from scanner.sim.rate_limits import Rate, Throttling
from tests.support.fault_rows import (
    ALL,
    ALPHA,
    AS_EVER,
    MAYBE_ALPHA,
    Bench,
    Row,
    Site,
    table,
)

NARROW = Throttling(Rate(20, 25), Rate(10, 20))
HIDDEN = Throttling(Rate(20, 25), Rate(10, 20), shows_remaining=False)
IN_WORDS = b"""{"error":{"code":"ResourceRequestsThrottled","message":"Number of requests for action
 'x' exceeded the limit of '150'. Please try again after '1' seconds."}}"""


def throttle(site: Site, wait: str | None, header: str = "retry-after", **fault: Any) -> None:
    """429 for the disks of alpha, once unless the fault is given other `times`."""
    headers = {} if wait is None else {header: wait}
    settings = {"status": 429, "times": 1, "headers": headers, "body": b"{}", **fault}
    site.world.faults.append(Fault(route_at(site.alpha, "disks"), **settings))


def throttle_until_a_date(site: Site) -> None:
    def change(_: Request, answer: Response) -> Response:
        until = datetime.now(UTC) + timedelta(seconds=2)
        headers = {**answer.headers, "retry-after": f"{until:%a, %d %b %Y %H:%M:%S} GMT"}
        return Response(answer.status, headers, answer.body)

    throttle(site, None, change=change)


def throttle_each_read(site: Site, times: int) -> None:
    """429 for every view, without a fault that all of them share."""
    for vm in site.world.vms:
        site.world.faults.append(
            Fault(route_at(vm, "instance_views"), 429, times=times, body=b"{}",
                  headers={"retry-after-ms": "20"}))  # fmt: skip


LONG = (
    "503-1200s",
    "429-eight-on-each-vm-read",
    "429-ms",
    "429-text-only",
    "429-once-vms",
    "429-negative",
    "429-nonsense",
    "429-five-on-each-vm-read",
    "429-zero-for-ever",
    "429-4000s",
    "503-3s-once",
)
"""Rows like others but for a value or a route."""


@table(
    Row("429-no-retry-after-twice", lambda site: throttle(site, None, times=2), AS_EVER),
    Row("429-text-only", lambda site: throttle(site, None, body=IN_WORDS), AS_EVER),
    Row("429-date", throttle_until_a_date, AS_EVER),
    Row("429-negative", lambda site: throttle(site, "-5"), AS_EVER),
    Row("429-nonsense", lambda site: throttle(site, "soon"), AS_EVER),
    Row("429-bomb", lambda site: throttle(site, "9" * 5000), MAYBE_ALPHA, judged=ALL),
    Row("429-ms", lambda site: throttle(site, "300", "x-ms-retry-after-ms"), AS_EVER),
    Row("429-3s-once", lambda site: throttle(site, "3"), AS_EVER, seconds=100, says=["wait"]),
    Row("503-3s-once", lambda site: throttle(site, "3", status=503), AS_EVER, seconds=100),
    Row("429-4000s", lambda site: throttle(site, "4000", times=None), ALPHA, judged=ALL,
        seconds=30),
    Row("429-1200s", lambda site: throttle(site, "1200", times=None), ALPHA, judged=ALL,
        seconds=30),
    Row("503-1200s", lambda site: throttle(site, "1200", status=503), MAYBE_ALPHA, judged=ALL,
        seconds=60),
    Row("429-zero-for-ever", lambda site: throttle(site, "0", times=None), ALPHA, judged=ALL,
        seconds=120, more_requests=5, limits={"max_wait": 2.0}),
    Row("429-one-for-ever", lambda site: throttle(site, "1", times=None), ALPHA, judged=ALL,
        seconds=120, more_requests=5, limits={"max_wait": 2.5}),
    Row("429-five-on-each-vm-read", lambda site: throttle_each_read(site, 5), AS_EVER,
        seconds=120, more_requests=115),
    Row("429-eight-on-each-vm-read", lambda site: throttle_each_read(site, 8), AS_EVER,
        seconds=160, more_requests=180),
    Row("429-once-vms", lambda site: faults.throttle(site.alpha, "virtual_machines"), AS_EVER),
    Row("narrow-buckets", lambda site: None, AS_EVER, seconds=160, more_requests=5,
        arm={"throttling": NARROW}),
    Row("narrow-buckets-hidden", lambda site: None, AS_EVER, seconds=200, more_requests=30,
        arm={"throttling": HIDDEN}),
    long=LONG,
)  # fmt: skip
def test_throttling(row: Row, bench: Bench, tmp_path: Path) -> None:
    bench.scan(row, tmp_path)
