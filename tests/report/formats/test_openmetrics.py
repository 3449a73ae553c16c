"""OpenMetrics, as the parser of another program reads it."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from scanner.report.formats.openmetrics import to_openmetrics
from scanner.report.report import Report
from scanner.sim.demo import grow
from tests.support.hostile import HOSTILE
from tests.support.reports import machine, report
from tests.support.scans import scan_world

Samples = Mapping[tuple[str, frozenset[tuple[str, str]]], float]


def samples(of: Report) -> Samples:
    """The samples of a report by name and labels."""
    text = to_openmetrics(of).decode()
    families = text_string_to_metric_families(text)  # type: ignore[no-untyped-call]
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in families
        for sample in family.samples
    }


def labelled(name: str, **labels: str) -> tuple[str, frozenset[tuple[str, str]]]:
    return name, frozenset(labels.items())


async def test_numbers_are_those_of_the_report() -> None:
    of = (await scan_world(grow(3, 60))).report
    found = samples(of)
    assert found[labelled("backupscan_vms")] == len(of.vms)
    assert found[labelled("backupscan_gaps")] == len(of.gaps)
    assert found[labelled("backupscan_complete")] == of.complete
    assert found[labelled("backupscan_finished_timestamp_seconds")] == of.finished_at.timestamp()
    for cause, counts in of.totals.items():
        for verdict, count in counts.items():
            key = labelled("backupscan_cause_vms", cause=cause, verdict=str(verdict))
            assert found[key] == count
    states = [name for name, _ in found if name == "backupscan_protection_vms"]
    assert states
    success = {key: value for key, value in found.items() if "last_success" in key[0]}
    assert success
    assert all(0 < of.finished_at.timestamp() - value < 30 * 86_400 for value in success.values())


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:40]))
def test_hostile_names_are_read_as_labels(text: str) -> None:
    of = report([machine(text.replace("/", ""), text)])
    assert samples(of)[labelled("backupscan_vms")] == 1


async def test_the_same_scan_gives_the_same_bytes() -> None:
    of = (await scan_world(grow(3, 40))).report
    assert to_openmetrics(of) == to_openmetrics(of)
    assert to_openmetrics(of).endswith(b"# EOF\n")
