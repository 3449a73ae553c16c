"""Connections to Azure Resource Manager."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scanner.arm.call import LongPost, Post
from scanner.arm.cloud import CLOUDS, Cloud, host_and_port
from scanner.arm.limits import Limits
from scanner.arm.notices import Notify
from scanner.catalogue.text import nearest
from scanner.cli.user_files import vet_file
from scanner.errors import UsageError
from scanner.report.escape import log_line

if TYPE_CHECKING:
    from scanner.arm.call_plan import CallPlan
    from scanner.arm.client import Arm

_FILE_VARIABLES = (
    "SSL_CERT_FILE",
    "REQUESTS_CA_BUNDLE",
    "AZURE_CLIENT_CERTIFICATE_PATH",
    "AZURE_FEDERATED_TOKEN_FILE",
)
"""Variables that name a file, which a library reads whole."""
Connect = Callable[[Notify], AbstractAsyncContextManager["Arm"]]
"""Opens a connection that reports long waits."""


def azure(
    cloud: str | None,
    endpoint: str | None,
    tenant: str | None,
    limits: Limits,
    posts: Sequence[Post[Any] | LongPost[Any]] = (),
    plan: CallPlan | None = None,
    *,
    names_hosts: bool = True,
) -> Connect:
    """A connection to a real cloud, or to the Resource Manager at ``endpoint``.

    ``posts`` are the POSTs that may be sent. They only read. ``plan`` counts calls that are then
    not sent. ``names_hosts`` names unusual hosts on stderr. Raises ``UsageError`` for an unknown
    cloud, and if both a cloud and an endpoint are given.
    """
    if cloud and endpoint is not None:
        raise UsageError("--cloud and --arm-endpoint exclude each other", "Give one of them")
    name = cloud or "public"
    if name not in CLOUDS:
        raise UsageError(f"unknown cloud {name!r}", nearest(name, list(CLOUDS)))

    @asynccontextmanager
    async def connect(notify: Notify) -> AsyncIterator[Arm]:
        # To import it takes longer than to judge a plan.
        from scanner.arm.client import Arm
        from scanner.arm.discovery import discover
        from scanner.arm.signin import default_credential, sign_in
        from scanner.arm.token import SharedToken
        from scanner.arm.transport import open_transport

        _vet_files()
        seconds = asyncio.get_running_loop().time
        began = seconds()
        async with open_transport(limits=limits) as transport:
            found = CLOUDS[name]
            if endpoint is not None:
                found = await discover(endpoint, transport, limits, notify)
            credential = default_credential(found, tenant, transport)
            async with SharedToken(credential, tenant, limits) as token:
                if names_hosts:
                    _name_unusual_hosts(found)
                await sign_in(token, found, limits.after(seconds() - began).sign_in)
                left = limits.after(seconds() - began)
                yield Arm(
                    found, token, transport, posts=posts, limits=left, notify=notify, plan=plan
                )

    return connect


def _name_unusual_hosts(cloud: Cloud) -> None:
    """Name on stderr the hosts that get the credential and its tokens, unless Microsoft runs both.

    A mistyped endpoint chooses where the sign-in is.
    """
    if not cloud.is_public:
        authority, endpoint = host_and_port(cloud.authority), host_and_port(cloud.endpoint)
        sys.stderr.write(f"note: signing in at {log_line(authority)} for {log_line(endpoint)}\n")


def _vet_files() -> None:
    """Raise ``UsageError`` if a variable names a device, a pipe or a huge file.

    The library says so itself of a file that is not there, if it needs the file at all.
    """
    for name in _FILE_VARIABLES:
        file = os.environ.get(name)
        if file and Path(file).exists():
            vet_file(Path(file), f"{name}: {file}")
