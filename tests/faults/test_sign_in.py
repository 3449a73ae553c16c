"""Tokens that are refused, expire or are revoked, and a token endpoint that fails."""

from __future__ import annotations

from pathlib import Path

from scanner.sim import faults, token_faults
from scanner.sim.faults import Fault, route_at
from tests.support.fault_rows import (
    ALL,
    ALPHA,
    AS_EVER,
    ELSEWHERE,
    EVERYWHERE,
    REFUSED,
    Bench,
    Expected,
    Row,
    Site,
    table,
)

MIDDLE = 40
"""A request in the middle of the scan."""
INVALID = b'{"error":"invalid_client","error_description":"AADSTS7000222: The secret expired."}'


def token(site: Site, **fault: object) -> None:
    """A fault of the token endpoint."""
    site.world.faults.append(Fault(route_at(site.world, "token"), **fault))  # type: ignore[arg-type]


def refuse_renewal(site: Site) -> None:
    token_faults.revoke(site.arm, MIDDLE)
    token(site, status=401, body=INVALID, skips=1)


def hang_renewal(site: Site) -> None:
    token_faults.revoke(site.arm, MIDDLE)
    faults.hang(site.world, "token", skips=1)


def fail_renewal_once(site: Site) -> None:
    token_faults.revoke(site.arm, MIDDLE)
    token(site, status=500, skips=1, times=1)


def issue(text: str) -> bytes:
    return f'{{"token_type":"Bearer","access_token":{text}}}'.encode()


LONG = (
    "token-429-once",
    "token-crlf",
    "token-expires-in-text",
    "cae-for-ever-locks",
    "token-revoked-as-invalid",
    "token-revoked-twice",
    "token-500-once",
    "token-html",
    "cae-for-ever-vm-reads",
    "token-expires-in-200s",
)
"""Rows like others but for a value or a route."""


@table(
    Row("token-valid-1s", lambda site: faults.slow(site.alpha, "disks", 1.2, times=2), AS_EVER,
        tokens=12, seconds=130, arm={"accepted_seconds": 1.0}),
    Row("token-expires-in-200s", lambda site: None, AS_EVER, tokens=5,
        arm={"token_seconds": 200.0}),
    Row("token-revoked", lambda site: token_faults.revoke(site.arm, MIDDLE), AS_EVER, tokens=2,
        more_requests=60),
    Row("token-revoked-as-invalid",
        lambda site: token_faults.revoke(site.arm, MIDDLE, "InvalidAuthenticationToken"), AS_EVER,
        tokens=2, more_requests=60),
    Row("token-revoked-twice",
        lambda site: [token_faults.revoke(site.arm, MIDDLE), token_faults.revoke(site.arm, 80)],
        AS_EVER, tokens=3),
    Row("cae", lambda site: token_faults.challenge(site.arm, MIDDLE), AS_EVER, tokens=2,
        more_requests=60),
    Row("cae-for-ever-locks",
        lambda site: token_faults.challenge_always(site.arm, route_at(site.alpha, "locks")), ALPHA,
        tokens=3, judged=ALL),
    Row("cae-for-ever-vm-reads",
        lambda site: token_faults.challenge_always(
            site.arm, route_at(site.world, "instance_views")),
        EVERYWHERE, tokens=4, judged=ALL),
    Row("cae-for-ever",
        lambda site: token_faults.challenge_always(site.arm, ("/subscriptions", "")), REFUSED,
        tokens=3),
    Row("401-for-ever-alpha",
        lambda site: site.world.faults.append(Fault((site.alpha.id, ""), status=401)),
        EVERYWHERE, judged=ELSEWHERE, tokens=4),
    Row("token-refused-at-renewal", refuse_renewal, EVERYWHERE, tokens=4),
    Row("token-hangs-at-renewal", hang_renewal, EVERYWHERE, tokens=4, seconds=90),
    Row("token-fails-once-at-renewal", fail_renewal_once, AS_EVER, tokens=3),
    Row("token-500", lambda site: token(site, status=500), REFUSED, tokens=10),
    Row("token-500-once", lambda site: token(site, status=500, times=1), AS_EVER, tokens=2),
    Row("token-429-once",
        lambda site: token(site, status=429, times=1, body=INVALID, headers={"retry-after": "1"}),
        AS_EVER, tokens=2),
    Row("token-html", lambda site: token(site, status=200, body=b"<html>"), REFUSED, tokens=2),
    Row("token-no-access-token",
        lambda site: token(site, status=200, body=b'{"token_type":"Bearer"}'), REFUSED, tokens=2),
    Row("token-crlf",
        lambda site: token(site, status=200, body=issue(r'"a\r\nx-injected: 1","expires_in":3600')),
        REFUSED, tokens=2),
    Row("token-expires-in-text",
        lambda site: token(site, status=200, body=issue('"simulated-token","expires_in":"soon"')),
        Expected(frozenset({0, 2})), tokens=2),
    long=LONG,
)  # fmt: skip
def test_sign_in(row: Row, bench: Bench, tmp_path: Path) -> None:
    bench.scan(row, tmp_path)
