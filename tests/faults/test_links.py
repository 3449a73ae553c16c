"""Links to a next page that lead elsewhere, nowhere, or on for ever; and redirects."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from scanner.sim import changes, faults
from scanner.sim.faults import Fault, route_at
from tests.support.fault_rows import (
    ALL,
    ALPHA,
    ELSEWHERE,
    EVERYWHERE,
    REFUSED,
    Bench,
    Expected,
    Row,
    Said,
    Site,
    table,
)
from tests.support.fleets.four_pages import PAGE

FIRST_PAGE = ELSEWHERE + PAGE
"""VMs that are judged if only the first page of alpha is read."""
API = "api-version=2024-07-01"
VMS = "/providers/Microsoft.Compute/virtualMachines"


def link(site: Site, route: str, make_link: object) -> None:
    """Make pages of alpha link to what the function gives for a request."""

    def made(request: object, _: object) -> object:
        return make_link(request) if callable(make_link) else make_link

    faults.alter(site.alpha, route, changes.link_pages(made))


def own_host(request: object, path: str) -> str:
    return f"https://{request.host}{path}"  # type: ignore[attr-defined]


def redirect(site: Site, route: str, status: int, url: str) -> None:
    faults.alter(site.world, route, changes.redirect(url), status=status)


def redirect_to_itself(site: Site) -> None:
    target = f"{site.alpha.id}{VMS}?{API}"
    fault = Fault(route_at(site.alpha, "virtual_machines"), status=302,
                  change=lambda request, answer: changes.redirect(own_host(request, target))(
                      request, answer))  # fmt: skip
    site.world.faults.append(fault)


def foreign_page(site: Site) -> str:
    return f"{site.foreign}{site.alpha.id}{VMS}?{API}"


def lead_away(status: int) -> Callable[[Site], object]:
    """Redirect the listing of VMs to another host."""

    def plant(site: Site) -> None:
        change = changes.redirect(foreign_page(site))
        faults.alter(site.alpha, "virtual_machines", change, status=status)

    return plant


LONG = (
    "nextlink-object",
    "nextlink-1mb",
    "nextlink-up",
    "redirect-metadata",
    "nextlink-crlf",
    "nextlink-number",
    "nextlink-relative",
    "nextlink-http",
    "nextlink-other-subscription",
    "redirect-301-foreign",
    "redirect-308-foreign",
    "redirect-subscriptions",
)
"""Rows like others but for a value or a route."""


@table(
    Said("nextlink-other-listing",
        lambda site: link(site, "virtual_machines", lambda request: own_host(
            request, f"{site.alpha.id}/providers/Microsoft.Compute/disks?{API}")), ALPHA,
        judged=FIRST_PAGE),
    Said("nextlink-other-subscription",
        lambda site: link(site, "virtual_machines", lambda request: own_host(
            request, f"{site.beta.id}{VMS}?{API}")), ALPHA, judged=FIRST_PAGE),
    Said("nextlink-up", lambda site: link(site, "virtual_machines", lambda request: own_host(
        request, f"{site.alpha.id}/../{site.beta.subscription_id}{VMS}?{API}")), ALPHA,
        judged=FIRST_PAGE),
    Said("nextlink-growing",
        lambda site: faults.alter(site.alpha, "disks", changes.growing_links(1500)), ALPHA,
        judged=ALL, more_requests=5),
    Row("nextlink-1mb", lambda site: link(site, "disks", lambda request: own_host(
        request, f"{request.path}?{API}&x={'x' * 1_000_000}")), ALPHA, judged=ALL),
    Said("nextlink-loop-vms",
        lambda site: faults.alter(site.alpha, "virtual_machines",
                                  changes.link_pages(changes.link_to_itself)), ALPHA,
        judged=FIRST_PAGE),
    Row("nextlink-foreign-vms",
        lambda site: faults.foreign_next_link(site.alpha, "virtual_machines", foreign_page(site)),
        ALPHA, judged=FIRST_PAGE, says=["localhost"]),
    Row("nextlink-userinfo",
        lambda site: link(site, "virtual_machines", lambda request: foreign_page(site).replace(
            "https://", f"https://{request.host}@")), ALPHA, judged=FIRST_PAGE),
    Row("nextlink-http",
        lambda site: link(site, "virtual_machines", lambda request: own_host(
            request, f"{request.path}?{API}").replace("https", "http")), ALPHA, judged=FIRST_PAGE),
    Said("nextlink-relative",
        lambda site: link(site, "virtual_machines", f"{VMS}?{API}"), ALPHA, judged=FIRST_PAGE),
    Said("nextlink-number", lambda site: link(site, "virtual_machines", 5), ALPHA,
        judged=ELSEWHERE),
    Said("nextlink-object", lambda site: link(site, "virtual_machines", {"a": 1}), ALPHA,
        judged=ELSEWHERE),
    Row("nextlink-crlf",
        lambda site: link(site, "virtual_machines", lambda request: own_host(
            request, f"{request.path}?{API}\r\nx-injected: 1")), ALPHA, judged=FIRST_PAGE),
    Said("endless-empty-pages",
        lambda site: faults.alter(site.alpha, "disks", changes.endless_pages(full=False)), ALPHA,
        judged=ALL, more_requests=15),
    Said("endless-full-pages",
        lambda site: faults.alter(site.alpha, "disks", changes.endless_pages(full=True)), ALPHA,
        judged=ALL, more_requests=65, limits={"pages": 50}),
    Row("endless-subscriptions",
        lambda site: faults.alter(site.world, "subscriptions", changes.endless_pages(full=False)),
        Expected(frozenset({2, 3}), EVERYWHERE.hit), more_requests=5),
    *(
        Row(f"redirect-{status}-foreign", lead_away(status),
            ALPHA, judged=ELSEWHERE)
        for status in (301, 302, 307, 308)
    ),
    Row("redirect-same-loop", redirect_to_itself, ALPHA, judged=ELSEWHERE, more_requests=5),
    Row("redirect-subscriptions",
        lambda site: redirect(site, "subscriptions", 302, f"{site.foreign}/subscriptions?{API}"),
        REFUSED),
    Row("redirect-metadata",
        lambda site: redirect(site, "metadata", 302, f"{site.foreign}/metadata/endpoints"),
        REFUSED),
    Row("redirect-token",
        lambda site: redirect(site, "token", 307, f"{site.foreign}/x/oauth2/v2.0/token"), REFUSED),
    Row("metadata-login-elsewhere",
        lambda site: faults.alter(site.world, "metadata", changes.sign_in_at(site.foreign)),
        REFUSED, tokens=0),
    long=LONG,
)  # fmt: skip
def test_link(row: Row, bench: Bench, tmp_path: Path) -> None:
    bench.scan(row, tmp_path)
