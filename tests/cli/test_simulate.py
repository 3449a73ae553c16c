"""`backupscan simulate` at the command line."""

import io
import json
import socket
from pathlib import Path

from scanner.cli.request_log import RequestLog
from scanner.sim.arm import SimulatedArm
from scanner.sim.http_messages import Request
from scanner.sim.world import World
from tests.support.command import Command


def test_a_port_in_use(run: Command) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ran = run.here("simulate", "--port", str(taken.getsockname()[1]))
    assert (ran.code, ran.out) == (2, "")
    assert "Choose another" in ran.last


def test_a_log_that_cannot_be_written(run: Command, tmp_path: Path) -> None:
    ran = run.here("simulate", "--log", str(tmp_path / "none" / "log"))
    assert (ran.code, ran.out) == (2, "")
    assert "Choose another file" in ran.last


def test_every_request_is_in_the_file_and_the_unserved_ones_are_named() -> None:
    printed: list[str] = []
    file = io.StringIO()
    requests = RequestLog(printed.append, file)
    arm = SimulatedArm(World(), watch=requests)
    at = f"/subscriptions/{arm.world.subscription('prod').subscription_id}/providers"
    for path in ("Microsoft.Compute/disks", *["Microsoft.Storage/storageAccounts"] * 2):
        arm.answer(Request.get(f"{at}/{path}?api-version=2024-03-02"))
    assert printed == [f"not served: GET {at}/Microsoft.Storage/storageAccounts (HTTP 409)"]
    assert requests.summary() == "2 requests not served"
    lines = [json.loads(line) for line in file.getvalue().splitlines()]
    assert [(line["status"], line["served"]) for line in lines] == [
        (200, True),
        (409, False),
        (409, False),
    ]
