"""Bodies that are broken, huge or never end, and connections that break in them."""

from __future__ import annotations

from pathlib import Path

from scanner.sim import changes, faults
from scanner.sim.faults import Change, Fault, route_at
from tests.support.fault_rows import (
    ALL,
    ALPHA,
    AS_EVER,
    ELSEWHERE,
    EVERYWHERE,
    MAYBE_ALPHA,
    Bench,
    Row,
    Said,
    Site,
    table,
)

MEBIBYTE = 1 << 20
LISTED = '"name":"alpha-001"'


def change(site: Site, route: str, change: Change, **fault: object) -> None:
    """Change the answers of a route of alpha."""
    changed = Fault(route_at(site.alpha, route), status=200, change=change, **fault)  # type: ignore[arg-type]
    site.world.faults.append(changed)


def named(replacement: str) -> Change:
    """Replaces what the listing says of one VM."""
    new = replacement.encode("utf-8", "surrogatepass")
    return changes.change_body(lambda body: body.replace(LISTED.encode(), new))


def recoded(encoding: str) -> Change:
    return changes.change_body(
        lambda body: body.decode().replace("alpha", "älpha").encode(encoding)
    )


LONG = (
    "utf8-bom",
    "surrogate-in-name",
    "deep-tag-100k-vms",
    "huge-200mb-disks",
    "reset-once-vms",
    "badjson-once",
    "badjson-vm-read-once",
    "badjson-for-ever",
    "surrogate-as-bytes",
    "surrogate-in-tag",
    "dup-entries-vms",
    "truncated-once",
    "reset-for-ever-vms",
    "close-for-ever-disks",
    "gzip-bad",
    "latin1",
    "null-char-in-tag",
    "deep-top-1m",
)
"""Rows like others but for a value or a route."""


@table(
    Said("badjson-once",
        lambda site: faults.broken_body(site.alpha, "virtual_machines", b'{"value": [', times=1),
        AS_EVER, more_requests=5),
    Said("badjson-vm-read-once",
        lambda site: faults.broken_body(site.alpha, "instance_views", b"{", times=1), AS_EVER),
    Said("badjson-for-ever",
        lambda site: faults.broken_body(site.alpha, "virtual_machines", b'{"value": ['), ALPHA,
        judged=ELSEWHERE, more_requests=5),
    Said("utf8-bom",
        lambda site: change(site, "virtual_machines",
                            changes.change_body(lambda body: b"\xef\xbb\xbf" + body)), AS_EVER),
    Said("utf16", lambda site: change(site, "virtual_machines", recoded("utf-16")), ALPHA,
        judged=ELSEWHERE),
    Said("latin1", lambda site: change(site, "disks", recoded("latin-1")), ALPHA, judged=ALL),
    Said("surrogate-in-tag",
        lambda site: change(site, "virtual_machines", named(LISTED + r',"tags":{"a":"\ud800"}')),
        MAYBE_ALPHA, judged=ALL - 1),
    Said("surrogate-in-name",
        lambda site: change(site, "virtual_machines", named(r'"name":"alpha-\ud800"')),
        MAYBE_ALPHA, judged=ALL - 1),
    Said("surrogate-as-bytes",
        lambda site: change(site, "virtual_machines", named(LISTED + ',"tags":{"a":"\ud800"}')),
        MAYBE_ALPHA, judged=ALL - 1),
    Said("null-char-in-tag",
        lambda site: change(site, "virtual_machines", named(LISTED + r',"tags":{"a":"\u0000"}')),
        AS_EVER),
    Row("deep-tag-100k-vms",
        lambda site: change(site, "virtual_machines",
                            changes.change_body(lambda body: changes.nest(body, 100_000))),
        ALPHA, judged=ALL - 3),
    Row("deep-top-1m",
        lambda site: faults.broken_body(site.alpha, "disks", b"[" * 1_000_000), ALPHA,
        judged=ALL),
    Said("dup-value-member",
        lambda site: change(site, "virtual_machines", changes.change_body(changes.double_value)),
        ALPHA, judged=ELSEWHERE),
    Said("dup-entries-vms",
        lambda site: change(site, "virtual_machines", changes.change_json(changes.repeat_entries)),
        AS_EVER, more_requests=5),
    Said("dup-entries-all",
        lambda site: [
            faults.alter(site.world, route, changes.change_json(changes.repeat_entries))
            for route in ("virtual_machines", "statuses", "disks", "locks", "vaults",
                          "restore_point_collections", "protected_items", "subscriptions")
        ], AS_EVER, more_requests=5),
    Row("truncated-once", lambda site: change(site, "locks", changes.truncate, times=1), AS_EVER),
    Row("truncated-for-ever", lambda site: change(site, "locks", changes.truncate), ALPHA,
        judged=ALL, more_requests=10),
    Row("reset-once-vms", lambda site: faults.drop(site.alpha, "virtual_machines", times=1),
        AS_EVER),
    Row("reset-for-ever-vms", lambda site: faults.drop(site.alpha, "virtual_machines"), ALPHA,
        judged=ELSEWHERE, more_requests=5),
    Row("close-for-ever-disks", lambda site: faults.drop(site.alpha, "disks"), ALPHA, judged=ALL,
        more_requests=10),
    Row("reset-for-ever-vm-reads", lambda site: faults.drop(site.world, "instance_views"),
        EVERYWHERE, judged=ALL, more_requests=40, mebibytes=200),
    Row("gzip", lambda site: change(site, "virtual_machines", changes.compress), AS_EVER),
    Row("gzip-bad",
        lambda site: change(site, "disks", lambda _, answer: answer,
                            headers={"content-encoding": "gzip"}), ALPHA, judged=ALL),
    Row("gzip-bomb", lambda site: change(site, "disks", changes.gzip_bomb(400 * MEBIBYTE)), ALPHA,
        judged=ALL),
    Row("huge-200mb-disks", lambda site: change(site, "disks", changes.pad(200 * MEBIBYTE)),
        MAYBE_ALPHA, judged=ALL),
    Row("huge-20mb-disks", lambda site: change(site, "disks", changes.pad(20 * MEBIBYTE)), AS_EVER,
        seconds=100),
    Row("endless-body", lambda site: change(site, "disks", changes.endless_body), ALPHA,
        judged=ALL, seconds=120),
    Row("header-100k", lambda site: change(site, "disks", lambda _, answer: answer,
                                           headers={"x-long": "x" * 100_000}), ALPHA, judged=ALL),
    Row("tls-fails-mid-run",
        lambda site: site.world.faults.append(
            Fault(("/virtualmachines/", "expand"), 200, skips=10, change=changes.break_tls)),
        EVERYWHERE, mebibytes=200),
    long=LONG,
)  # fmt: skip
def test_body(row: Row, bench: Bench, tmp_path: Path) -> None:
    bench.scan(row, tmp_path)
