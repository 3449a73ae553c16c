"""OpenMetrics 1.0: numbers of a scan for monitoring and its alerts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily as Gauge
from prometheus_client.openmetrics.exposition import generate_latest
from prometheus_client.registry import Collector

from scanner.inventory.facts.backup import Protection
from scanner.inventory.facts.orphan import ORPHAN_NOUNS
from scanner.report.escape import printable
from scanner.report.report import Report
from scanner.report.text import state_counts


def to_openmetrics(report: Report) -> bytes:
    """Gauges of a scan. A monitoring system adds the time of its own reading."""
    registry = CollectorRegistry()
    registry.register(_Metrics(report))
    text: bytes = generate_latest(registry)  # type: ignore[no-untyped-call]
    return text


class _Metrics(Collector):
    """The gauges, in the form that the library collects them."""

    def __init__(self, report: Report) -> None:
        self._report = report

    def collect(self) -> Iterator[Gauge]:
        """All gauges of the report."""
        report = self._report
        finished = report.finished_at.timestamp()
        yield Gauge("backupscan_finished_timestamp_seconds", "When the scan ended.", finished)
        yield Gauge("backupscan_complete", "1 if all was read, else 0.", int(report.complete))
        yield Gauge("backupscan_gaps", "What could not be read.", len(report.gaps))
        yield Gauge("backupscan_vms", "VMs that were scanned.", len(report.vms))
        yield self._orphans_gauge()
        yield self._causes_gauge()
        yield self._waived_gauge()
        yield self._counting_gauge()
        yield Gauge("backupscan_exit_code", "The exit code.", int(report.decision.code))
        yield self._protection_gauge()
        yield self._last_success()
        yield self._errors_gauge()
        yield self._warnings_gauge()
        yield self._states_gauge()

    def _causes_gauge(self) -> Gauge:
        gauge = Gauge(
            "backupscan_cause_vms", "VMs by cause and verdict.", labels=("cause", "verdict")
        )
        for cause, counts in self._report.totals.items():
            for verdict, count in counts.items():
                gauge.add_metric((cause, str(verdict)), count)
        return gauge

    def _orphans_gauge(self) -> Gauge:
        gauge = Gauge(
            "backupscan_orphans", "What Azure keeps of VMs that do not exist.", labels=("kind",)
        )
        for kind in ORPHAN_NOUNS:
            gauge.add_metric((kind,), self._report.orphan_counts.get(kind, 0))
        return gauge

    def _waived_gauge(self) -> Gauge:
        gauge = Gauge("backupscan_waived_vms", "VMs with a waived cause.", labels=("cause",))
        decided = self._report.decision.findings.values()
        counts = Counter(one.cause for one in decided if one.is_found and one.waiver)
        for cause, count in counts.items():
            gauge.add_metric((cause,), count)
        return gauge

    def _counting_gauge(self) -> Gauge:
        name = "backupscan_counting_vms"
        gauge = Gauge(name, "VMs with a cause that counts for the exit code.", labels=("cause",))
        for cause, count in Counter(one.cause for one in self._report.decision.counting).items():
            gauge.add_metric((cause,), count)
        return gauge

    def _protection_gauge(self) -> Gauge:
        gauge = Gauge("backupscan_protection_vms", "VMs by state of backup.", labels=("state",))
        states = (vm.protection_state for vm in self._report.vms if vm.protection is not None)
        for state, count in Counter(states).items():
            gauge.add_metric((state,), count)
        return gauge

    def _errors_gauge(self) -> Gauge:
        name = "backupscan_last_backup_errors"
        gauge = Gauge(name, "VMs by the error of the last backup.", labels=("code",))
        codes = (one.code or "unread" for vm in self._report.vms for one in vm.symptoms)
        for code, count in sorted(Counter(codes).items()):
            gauge.add_metric((printable(code),), count)
        return gauge

    def _states_gauge(self) -> Gauge:
        name = "backupscan_last_backup_states"
        about = "VMs whose last backup was cancelled, or that have a backup running."
        gauge = Gauge(name, about, labels=("state",))
        for state, count in state_counts(self._report).items():
            gauge.add_metric((state,), count)
        return gauge

    def _warnings_gauge(self) -> Gauge:
        name = "backupscan_service_warnings"
        about = "VMs by what the pre-check of the service warns of."
        gauge = Gauge(name, about, labels=("status", "code"))
        found = ((one.status, one.code or "") for vm in self._report.vms for one in vm.warnings)
        for labels, count in sorted(Counter(found).items()):
            gauge.add_metric(tuple(map(printable, labels)), count)
        return gauge

    def _last_success(self) -> Gauge:
        """One sample for each VM with a recovery point: an alert compares it with the time."""
        gauge = Gauge(
            "backupscan_vm_last_success_timestamp_seconds",
            "When the newest recovery point of a VM was made.",
            labels=("vm", "state"),
        )
        for vm in self._report.vms:
            protection = vm.protection
            if isinstance(protection, Protection) and protection.last_success_at:
                sample = protection.last_success_at.timestamp()
                # ARM spells an id in several ways. A series has one.
                labels = (printable(vm.vm.id.text.lower()), protection.state)
                gauge.add_metric(labels, sample)
        return gauge
