"""Recorded and hand-made answers of ARM, and a client that gets them."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from scanner.arm.client import Arm
from scanner.arm.cloud import CLOUDS
from scanner.arm.decode import decode_page, decode_record
from scanner.inventory.armid import ArmId
from scanner.inventory.records.base import Resource
from scanner.sim.arm import SimulatedArm
from scanner.sim.http_messages import JSON_TYPE, Request, Response
from scanner.sim.transport import SimulatedCredential, SimulatedTransport
from scanner.sim.world import World
from tests.support.snapshots import NOW

RECORDED = Path(__file__).parents[1] / "arm" / "recorded"
HOST = CLOUDS["public"].endpoint
T = TypeVar("T", bound=Resource)


class Canned(SimulatedArm):
    """Gives prepared answers in turn, repeats the last one, and keeps the requests."""

    def __init__(self, *answers: Response) -> None:
        super().__init__(World())
        self.left = list(answers)
        self.asked: list[Request] = []

    def answer(self, request: Request) -> Response:
        self.asked.append(request)
        assert len(self.asked) < 100, "the client never stops asking"
        return self.left.pop(0) if len(self.left) > 1 else self.left[0]


class Door:
    """A real client with prepared answers and a simulated clock."""

    def __init__(self, *answers: Response) -> None:
        self.azure = Canned(*answers)
        self.transport = SimulatedTransport(self.azure)
        self.arm = Arm(CLOUDS["public"], SimulatedCredential(), self.transport, lambda: NOW)

    @property
    def requests(self) -> int:
        return len(self.azure.asked)


def recording(file: str) -> Any:
    """A recorded request and its answer. The file is named by its folder and name."""
    return json.loads((RECORDED / f"{file}.json").read_text(encoding="utf-8"))


def body(file: str) -> bytes:
    """The body of a recorded answer, as bytes."""
    return json.dumps(recording(file)["response"]["body"]).encode()


def recorded_answer(file: str) -> Response:
    """A recorded answer, with its headers."""
    response = recording(file)["response"]
    return answer(body(file), response["status"], response["headers"])


def subscription_of(file: str) -> ArmId:
    """The subscription of the first entry of a recorded page."""
    found = ArmId(recording(file)["response"]["body"]["value"][0]["id"]).subscription_id
    assert found
    return found


def answer(
    content: object, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """An answer with these bytes, or with this value as JSON."""
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return Response(status, {"content-type": JSON_TYPE, **(headers or {})}, raw)


def records_of(file: str, kind: type[T]) -> Sequence[T]:
    """The entries of a recorded last page, or the one recorded resource."""
    if "value" not in recording(file)["response"]["body"]:
        return [decode_record(body(file), kind)]
    entries, broken, link = decode_page(body(file), kind)
    assert (broken, link) == ((), None)
    return entries


def check_recordings(tables: Mapping[str, Collection[str]]) -> None:
    """Fail unless each folder holds exactly the files of its table, with source and kind."""
    for folder, files in tables.items():
        assert {path.stem for path in (RECORDED / folder).glob("*.json")} == set(files)
        for file in files:
            assert {"source", "kind"} <= recording(f"{folder}/{file}").keys()
