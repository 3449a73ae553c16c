"""Recorded bodies of Azure Backup, as records."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scanner.arm.decode import decode_page, decode_record

HERE = Path(__file__).parents[1] / "arm" / "recorded" / "backup"
SEEN_AT = datetime(2026, 1, 1, tzinfo=UTC)


def body(path: Path) -> bytes:
    return json.dumps(json.loads(path.read_text(encoding="utf-8"))["response"]["body"]).encode()


def records(path: Path, kind: type[Any]) -> tuple[Any, ...]:
    raw = body(path)
    if "value" not in json.loads(raw):
        return (decode_record(raw, kind),)
    whole, broken, _ = decode_page(raw, kind)
    assert broken == ()
    return whole
