"""Recorded and hand-made answers, and the doors through which the readers get them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scanner.arm.client import Arm
from scanner.arm.cloud import CLOUDS
from scanner.inventory.armid import ArmId
from scanner.inventory.join import join
from scanner.inventory.records.base import Resource
from scanner.inventory.records.compute import Disk, RestorePointCollection, VirtualMachine
from scanner.inventory.records.resources import Lock, Subscription
from scanner.inventory.snapshot import NetworkReadings, R, Reading, Snapshot
from scanner.inventory.vm import Vm
from scanner.sim.arm import SimulatedArm
from scanner.sim.http_messages import JSON_TYPE, Request, Response
from scanner.sim.transport import SimulatedCredential, SimulatedTransport
from scanner.sim.world import World
from tests.support import NO_PLANS, NO_VAULTS

RECORDED = Path(__file__).with_name("recorded")
NOW = datetime(2026, 1, 1, tzinfo=UTC)
SCOPE = ArmId("/subscriptions/00000000-0000-0000-0000-000000000001")
HOST = CLOUDS["public"].endpoint


class Canned(SimulatedArm):
    """Gives prepared answers in turn, the last one again and again; keeps what was asked."""

    def __init__(self, *answers: Response) -> None:
        super().__init__(World())
        self.left = list(answers)
        self.asked: list[Request] = []

    def answer(self, request: Request) -> Response:
        self.asked.append(request)
        assert len(self.asked) < 100, "this goes on for ever"
        return self.left.pop(0) if len(self.left) > 1 else self.left[0]


class Door:
    """A real connection whose answers are prepared and whose clock is simulated."""

    def __init__(self, *answers: Response) -> None:
        self.azure = Canned(*answers)
        self.transport = SimulatedTransport(self.azure)
        self.arm = Arm(CLOUDS["public"], SimulatedCredential(), self.transport, lambda: NOW)

    @property
    def requests(self) -> int:
        return len(self.azure.asked)


def recording(file: str) -> Any:
    """A recorded exchange, by area and name."""
    return json.loads((RECORDED / f"{file}.json").read_text(encoding="utf-8"))


def body(file: str) -> bytes:
    """The body of a recorded answer, as bytes."""
    return json.dumps(recording(file)["response"]["body"]).encode()


def recorded_answer(file: str) -> Response:
    """A recorded answer, with its headers."""
    response = recording(file)["response"]
    return answer(body(file), response["status"], response["headers"])


def answer(
    content: object, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """An answer with these bytes, or with this as JSON."""
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return Response(status, {"content-type": JSON_TYPE, **(headers or {})}, raw)


def reading(records: Sequence[R]) -> Reading[R]:
    """A listing that was read whole."""
    return Reading(SCOPE.text, NOW, tuple(records))


def joined(
    vms: Sequence[VirtualMachine],
    *,
    views: Sequence[VirtualMachine] = (),
    statuses: Sequence[VirtualMachine] = (),
    disks: Sequence[Disk] = (),
    locks: Sequence[Lock] = (),
    collections: Sequence[RestorePointCollection] = (),
    expanded: Sequence[RestorePointCollection] = (),
    network: Mapping[str, Sequence[Any]] | None = None,
) -> tuple[Vm, ...]:
    """The VMs of a snapshot that holds these records and lacks nothing; the network by reading."""
    around = network or {}
    snapshot = Snapshot(
        subscription=Subscription(SCOPE, "00000000-0000-0000-0000-000000000001"),
        groups=reading(()),
        vms=reading(vms),
        statuses=reading(statuses),
        views=reading(views),
        disks=reading(disks),
        locks=reading(locks),
        collections=reading(collections),
        expanded=reading(expanded),
        network=NetworkReadings(
            *(reading(around.get(name, ())) for name in NetworkReadings.__struct_fields__)
        ),
        classic_vms=reading(()),
    )
    return join(snapshot, NO_VAULTS, NO_PLANS)


def ids(records: Sequence[Resource]) -> list[str]:
    """The ids as text."""
    return [record.id.text for record in records]
