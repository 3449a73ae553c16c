"""Connections to Azure Resource Manager."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

from scanner.arm.call import Post
from scanner.arm.client import Arm
from scanner.arm.cloud import CLOUDS, discover
from scanner.arm.signin import SharedToken, default_credential, sign_in
from scanner.arm.transport import open_transport
from scanner.catalogue.text import nearest
from scanner.cli.user_files import vet_file
from scanner.errors import UsageError

_FILE_VARIABLES = (
    "SSL_CERT_FILE",
    "REQUESTS_CA_BUNDLE",
    "AZURE_CLIENT_CERTIFICATE_PATH",
    "AZURE_FEDERATED_TOKEN_FILE",
)
"""Variables that name a file, which a library reads whole."""
Connect = Callable[[], AbstractAsyncContextManager[Arm]]


def azure(
    cloud: str | None, endpoint: str | None, tenant: str | None, posts: Sequence[Post[Any]] = ()
) -> Connect:
    """A connection to a real cloud, or to the Resource Manager at ``endpoint``.

    ``posts`` are the POSTs that may be sent. They only read. Raises ``UsageError`` for an unknown
    cloud, and if both a cloud and an endpoint are given.
    """
    if cloud and endpoint is not None:
        raise UsageError("--cloud and --arm-endpoint exclude each other", "Give one of them")
    name = cloud or "public"
    if name not in CLOUDS:
        raise UsageError(f"unknown cloud {name!r}", nearest(name, list(CLOUDS)))

    @asynccontextmanager
    async def connect() -> AsyncIterator[Arm]:
        _vet_files()
        async with open_transport() as transport:
            found = CLOUDS[name] if endpoint is None else await discover(endpoint, transport)
            async with SharedToken(default_credential(found, tenant, transport), tenant) as token:
                await sign_in(token, found)
                yield Arm(found, token, transport, posts=posts)

    return connect


def _vet_files() -> None:
    """Raise ``UsageError`` if a variable names a device, a pipe or a huge file.

    The library says so itself of a file that is not there, if it needs the file at all.
    """
    for name in _FILE_VARIABLES:
        file = os.environ.get(name)
        if file and Path(file).exists():
            vet_file(Path(file), f"{name}: {file}")
