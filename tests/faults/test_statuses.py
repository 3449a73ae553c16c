"""Answers with another status than 200."""

from __future__ import annotations

from pathlib import Path

from scanner.sim import faults
from tests.support.fault_rows import ALPHA, AS_EVER, Bench, Row, table


@table(
    Row("no fault", lambda site: None, AS_EVER, requests=210),
    Row("403 VMs", lambda site: faults.refuse(site.alpha, "virtual_machines"), ALPHA, judged=20),
)
def test_status(row: Row, bench: Bench, tmp_path: Path) -> None:
    bench.scan(row, tmp_path)
