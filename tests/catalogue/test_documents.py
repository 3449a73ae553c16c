"""What the documents say, as data: complete, consistent, and equal to the file it was made from."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from scanner.catalogue import load, read
from scanner.catalogue.documents import Documented

CATALOGUE, DOCUMENTS = load(), read()
ORIGIN = Path(__file__).parents[3] / "shared" / "reference" / "documented-causes.json"
EVERY_EDITION = pytest.mark.parametrize("edition", DOCUMENTS.editions)
NAMED_NO_LONGER = {"classic-vm-agent-not-registered"}
"""Today's pages no longer name it. The current edition keeps it, as a check judges it."""
OWN = {"last-backup-failed"}
"""Causes that no document names."""
OBSERVABLE = {"full", "full (metrics)", "full-for-classic", "proxy", "guest", "group"}


def documented(edition: str) -> Documented:
    return DOCUMENTS.editions[edition]


@pytest.mark.parametrize(
    ("edition", "symptoms", "causes"),
    [("2018-01", 6, 19), ("current", 13, 62)],
    ids=["2018-01", "current"],
)
def test_complete(edition: str, symptoms: int, causes: int) -> None:
    assert len(documented(edition).symptoms) == symptoms
    assert len(documented(edition).causes) == causes
    assert len(CATALOGUE.causes) == 65
    assert len(DOCUMENTS.disagreements) == 14
    assert len(DOCUMENTS.sources) == 62


@EVERY_EDITION
def test_causes_are_those_of_the_edition_in_its_order(edition: str) -> None:
    known = CATALOGUE.edition(edition)
    named = [part for cause in known.causes for part in known.parts(cause)]
    assert list(documented(edition).causes) == named


@EVERY_EDITION
def test_every_cause_is_described_with_its_sources(edition: str) -> None:
    known = CATALOGUE.edition(edition)
    for cause in documented(edition).causes.values():
        assert cause.title
        assert cause.observability in OBSERVABLE
        assert cause.steps, cause.id
        assert cause.shown or cause.guest or known.members.get(cause.id), cause.id
        assert cause.sources
        assert set(cause.sources) <= DOCUMENTS.sources.keys()


@EVERY_EDITION
def test_symptoms_name_causes_of_their_edition(edition: str) -> None:
    for symptom in documented(edition).symptoms:
        assert symptom.causes
        assert set(symptom.all_causes) <= documented(edition).causes.keys()
        assert symptom.message
        # The steps that come before all errors are no error, so nobody reads them in Korean.
        assert bool(symptom.heading_ko) is (symptom.id != "step-by-step-guide")


def test_disagreements_are_about_causes() -> None:
    for disagreement in DOCUMENTS.disagreements:
        assert disagreement.causes
        assert set(disagreement.causes) <= CATALOGUE.causes.keys()


def test_sources_are_dated() -> None:
    for source in DOCUMENTS.sources.values():
        assert source.where
        assert source.date


# Compared with the file that the data was made from, where that file exists.

HAS_ORIGIN = pytest.mark.skipif(
    not ORIGIN.exists(), reason=f"NOT COMPARED with the origin of the data: no {ORIGIN}"
)


def origin() -> Any:
    return json.loads(ORIGIN.read_text(encoding="utf-8"))


def names(codes: list[str] | None) -> list[str]:
    """Codes without a number before them and without a note in brackets after them."""
    return [re.sub(r"^\d+ | \(.*\)$", "", code) for code in codes or []]


ADDED_CODES = ("ExtensionOperationFailed", "RequestDisallowedByPolicy")
"""The anchor of a section has the first one; ARM itself says the second one."""


def without_added(codes: Sequence[str]) -> list[str]:
    return [code for code in codes if code not in ADDED_CODES]


@HAS_ORIGIN
def test_the_catalogue_has_the_causes_of_the_origin() -> None:
    assert {entry["id"] for entry in origin()["catalogue"]} == CATALOGUE.causes.keys() - OWN


@HAS_ORIGIN
@EVERY_EDITION
def test_causes_are_in_the_order_of_the_origin(edition: str) -> None:
    causes = list(origin()["editions"][edition]["causes"])
    assert documented(edition).causes.keys() - set(causes) <= NAMED_NO_LONGER | OWN
    # The origin lists causes that only a note names last; here they are members of another cause.
    noted = {cause for symptom in documented(edition).symptoms for cause in symptom.note_causes}
    ours = [cause for cause in documented(edition).causes if cause in causes]
    assert [cause for cause in ours if cause not in noted] == [
        cause for cause in causes if cause not in noted
    ]


@HAS_ORIGIN
@EVERY_EDITION
def test_symptoms_of_the_origin(edition: str) -> None:
    entries = sorted(origin()["editions"][edition]["symptoms"], key=lambda entry: entry["order"])
    symptoms = documented(edition).symptoms
    assert [symptom.id for symptom in symptoms] == [entry["id"] for entry in entries]
    for symptom, entry in zip(symptoms, entries, strict=True):
        assert list(symptom.causes) == entry["causes"]
        assert list(symptom.note_causes) == entry.get("note_causes", [])
        assert without_added(symptom.codes) == names(entry.get("error_codes"))
        assert list(symptom.later_codes) == names(entry.get("error_codes_later"))
        assert symptom.message == entry["message"]
        assert edition != "2018-01" or symptom.heading_ko == entry.get("heading_ko")


@HAS_ORIGIN
@EVERY_EDITION
def test_causes_of_the_origin(edition: str) -> None:
    for cause, entry in origin()["editions"][edition]["causes"].items():
        ours = documented(edition).causes[cause]
        assert ours.title == entry["title"]
        assert ours.observability == entry["observability"]
        assert without_added(ours.codes) == names(entry.get("extra_error_codes"))
        # Where the documents say nothing to do, the project does.
        assert len(ours.steps) == (len(entry["solution"]) or 1)
        assert len(ours.facts) == len(entry["facts"])
        assert (list(ours.shown), list(ours.guest)) == (entry["arm"], entry["guest"])
        assert [key.replace("KO-2018-01", "SEED") for key in ours.sources] == entry["sources"]


LIMITS = {
    ("2018-01", "disk-size-unsupported", 1023): "disk_max_gib",
    ("2018-01", "high-cpu-or-memory", 90): "cpu_percent_high",
    ("2018-01", "restore-point-cleanup-blocked-by-lock", 18): "restore_points_max_per_vm",
    ("2018-01", "vmsnapshotlinux-version", "1.0.91.0"): "vmsnapshotlinux_latest",
    ("current", "high-cpu-or-memory", 90): "memory_percent_high",
    ("current", "disk-size-unsupported", 65536): "disk_max_gib_matrix",
    ("current", "disk-size-unsupported", 32767): "disk_warn_gib",
    ("current", "disk-size-unsupported", 524288): "disk_total_max_gib_matrix",
    ("current", "restore-point-cleanup-blocked-by-lock", 18): "restore_points_max_per_vm_backup",
    ("current", "restore-point-limit-reached", 18): "restore_points_max_per_vm_backup",
    ("current", "restore-point-limit-reached", 500): "restore_points_max_per_vm_compute",
    ("current", "linux-agent-outdated", "2.2.53.1"): "linux_agent_min",
    ("current", "windows-agent-unresponsive", "2.7.41491.1010"): "windows_agent_min",
    ("current", "encrypted-disk-too-large", 4095): "encrypted_disk_warn_gib",
    ("current", "disk-count-over-limit", 32): "disks_max",
    ("current", "vm-size-below-minimum", 2): "vm_min_vcpus",
    ("current", "vault-quota", 1000): "vms_per_vault",
    ("current", "vault-quota", 100): "vms_per_policy",
    ("current", "vault-quota", 250): "vm_registrations_per_day",
}
"""Limits of rules, and what the origin calls them."""


@pytest.mark.parametrize(("edition", "cause", "limit"), LIMITS)
def test_a_rule_has_the_limit(edition: str, cause: str, limit: int | str) -> None:
    rules = CATALOGUE.edition(edition).rules
    assert [rule for rule in rules if (rule.cause, rule.limit) == (cause, limit)]


@HAS_ORIGIN
@pytest.mark.parametrize(("edition", "cause", "limit"), LIMITS)
def test_the_limit_is_that_of_the_origin(edition: str, cause: str, limit: int | str) -> None:
    assert origin()["editions"][edition]["thresholds"][LIMITS[edition, cause, limit]] == limit


@HAS_ORIGIN
def test_the_regions_of_confidential_vms_are_those_of_the_origin() -> None:
    rule = CATALOGUE.edition("current").one("confidential-vm-limits", "in-a-region-of-the-preview")
    regions = origin()["editions"]["current"]["thresholds"]["confidential_vm_regions"]
    assert list(rule.words) == regions
