"""The HTTPS server, with the credentials that real programs use."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from azure.core.exceptions import ClientAuthenticationError
from azure.core.pipeline.transport import AioHttpTransport
from azure.core.rest import HttpRequest
from azure.identity.aio import ClientSecretCredential, DefaultAzureCredential
from azure.mgmt.compute.aio import ComputeManagementClient

from scanner.sim import faults
from scanner.sim.arm import SimulatedArm
from scanner.sim.server import Door, serve
from scanner.sim.tokens import read_token
from scanner.sim.world import Group, Subscription, World
from tests.support.simulated_arm import API


@asynccontextmanager
async def session_of(door: Door) -> AsyncIterator[aiohttp.ClientSession]:
    connector = aiohttp.TCPConnector(ssl=door.client_context())
    async with aiohttp.ClientSession(connector=connector, auto_decompress=False) as session:
        yield session


async def test_sign_in_and_list(
    world: World, web: Group, arm: SimulatedArm, prod: Subscription
) -> None:
    names = [web.vm(f"vm-{i}").name for i in range(3)]
    async with serve(arm) as door, session_of(door) as session:
        transport = AioHttpTransport(session=session, session_owner=False)
        credential = ClientSecretCredential(
            world.tenant_id,
            world.client_id,
            world.client_secret,
            authority=door.url,
            disable_instance_discovery=True,
            transport=transport,
        )
        compute = ComputeManagementClient(
            credential, prod.subscription_id, base_url=door.url, transport=transport
        )
        assert [vm.name async for vm in compute.virtual_machines.list_all()] == names
        path = f"{prod.id}/providers/Microsoft.Authorization/locks?api-version=2016-09-01"
        response = await compute.send_request(HttpRequest("GET", path))
        assert response.json()["value"] == []
    paths = [entry.path for entry in arm.log]
    assert f"/{world.tenant_id}/oauth2/v2.0/token" in paths
    assert not Path(door.ca_file).exists()  # noqa: ASYNC240


async def test_sign_in_by_the_environment(
    world: World, arm: SimulatedArm, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serve(arm) as door, session_of(door) as session:
        for name, value in door.environment.items():
            monkeypatch.setenv(name, value)
        credential = DefaultAzureCredential(
            transport=AioHttpTransport(session=session, session_owner=False),
            disable_instance_discovery=True,
            exclude_managed_identity_credential=True,
        )
        async with credential:
            token = await credential.get_token(f"{door.url}/.default")
        headers = {"authorization": f"Bearer {token.token}"}
        async with session.get(f"{door.url}/subscriptions?{API}", headers=headers) as response:
            assert response.status == 200


async def test_wrong_secret(world: World, arm: SimulatedArm) -> None:
    async with serve(arm) as door, session_of(door) as session:
        credential = ClientSecretCredential(
            world.tenant_id,
            world.client_id,
            "wrong",
            authority=door.url,
            disable_instance_discovery=True,
            transport=AioHttpTransport(session=session, session_owner=False),
        )
        with pytest.raises(ClientAuthenticationError, match="AADSTS7000215"):
            await credential.get_token(f"{door.url}/.default")


async def test_bearer_is_checked_and_metadata_is_open(arm: SimulatedArm) -> None:
    async with serve(arm) as door, session_of(door) as session:
        async with session.get(f"{door.url}/subscriptions?{API}") as response:
            assert response.status == 401
        async with session.get(f"{door.url}/metadata/endpoints") as response:
            body = await response.json()
        assert body["authentication"]["loginEndpoint"] == f"{door.url}/"
        async with session.get(f"{door.url}/common/discovery/instance") as response:
            assert response.status == 200


async def test_dropped_connection(world: World, arm: SimulatedArm) -> None:
    faults.drop(world, "subscriptions")
    headers = {"authorization": f"Bearer {arm.issue_token()}"}
    async with serve(arm) as door, session_of(door) as session:
        with pytest.raises(aiohttp.ClientConnectionError):
            await session.get(f"{door.url}/subscriptions?{API}", headers=headers)


SIGN_IN = """
import asyncio, sys
from azure.identity.aio import DefaultAzureCredential

async def main():
    async with DefaultAzureCredential(disable_instance_discovery=True) as credential:
        print((await credential.get_token(sys.argv[1] + "/.default")).token)

asyncio.run(main())
"""


async def test_another_process_needs_only_the_environment(arm: SimulatedArm) -> None:
    async with serve(arm) as door:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            SIGN_IN,
            door.url,
            env=os.environ | door.environment,
            stdout=asyncio.subprocess.PIPE,
        )
        out, _ = await process.communicate()
    assert read_token(arm.world, out.decode().strip())
