"""Bundles in Azure Storage: Azurite serves it on this machine, and adlfs is the client."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from azure.core.exceptions import ServiceRequestError
from azure.storage.blob import BlobServiceClient

from scanner.sim.arm import SimulatedArm
from tests.support.clusters import cluster, fleet, free_port
from tests.support.command import command, opened
from tests.support.requirements import Need
from tests.support.schemas import NODE_MODULES
from tests.support.spread import timeless

# A killed worker leaves connections that the simulated Azure has not closed.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
_AZURITE = NODE_MODULES / ".bin" / "azurite-blob"
_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""The key that every Azurite has (Azurite, "Default Storage Account")."""
_STARTING_SECONDS = 30


@pytest.fixture
def storage(tmp_path: Path, need: Need) -> Iterator[str]:
    """The connection string of an account with the container ``bundles``."""
    need(_AZURITE.is_file(), "Azurite: npm install --prefix .venv/npm azurite@3")
    port = free_port()
    words = ("--blobHost", "127.0.0.1", "--blobPort", str(port), "--location", str(tmp_path / "az"))
    options = ("--silent", "--disableTelemetry", "--skipApiVersionCheck")
    azurite = subprocess.Popen([_AZURITE, *words, *options], stdout=subprocess.DEVNULL)
    account = (
        "DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;"
        f"AccountKey={_KEY};BlobEndpoint=http://127.0.0.1:{port}/devstoreaccount1;"
    )
    try:
        _make_container(account)
        yield account
    finally:
        azurite.kill()
        azurite.wait()


def _make_container(account: str) -> None:
    ends_at = time.monotonic() + _STARTING_SECONDS
    while True:
        try:
            with BlobServiceClient.from_connection_string(account, retry_total=0) as client:
                client.create_container("bundles")
        except ServiceRequestError:
            assert time.monotonic() < ends_at, "Azurite does not answer"
            time.sleep(0.2)
        else:
            return


@pytest.mark.parametrize("engine", ["one machine", "two workers"])
def test_a_bundle_in_azure_storage_gives_the_report_of_a_folder(
    engine: str, storage: str, tmp_path: Path
) -> None:
    url = "abfs://bundles@devstoreaccount1.dfs.core.windows.net/night"
    with opened(SimulatedArm(fleet())) as door:
        run = command(door, tmp_path).with_environment(AZURE_STORAGE_CONNECTION_STRING=storage)
        assert run.scan("--record", "alone", "-o", "alone.json", "--fail-on", "never").code == 0
        azure = ("--arm-endpoint", run.url, "--record", url, "-o", "there.json")
        with cluster(run, 2) as (address, _):
            words = () if engine == "one machine" else ("--engine", f"dask={address}")
            recorded = run.anew("scan", *azure, *words, "--fail-on", "never")
    assert recorded.code == 0, recorded.err
    alone, there = (timeless((tmp_path / n).read_bytes()) for n in ("alone.json", "there.json"))
    assert there == alone
    again = run.anew("scan", "--bundle", url, "-o", "again.json", "--fail-on", "never")
    assert again.code == 0, again.err
    assert (tmp_path / "again.json").read_bytes() == (tmp_path / "there.json").read_bytes()


def test_storage_that_refuses_the_key_is_one_line(storage: str, tmp_path: Path) -> None:
    other = storage.replace(_KEY, "A" * 86 + "==")
    with opened(SimulatedArm(fleet())) as door:
        run = command(door, tmp_path).with_environment(AZURE_STORAGE_CONNECTION_STRING=other)
        refused = run.anew("scan", "--bundle", "abfs://bundles/night")
    assert refused.code == 2
    assert "AuthenticationFailed" in refused.err or "AuthorizationFailure" in refused.err
    assert len(refused.err.splitlines()) == 1, refused.err
