"""What the documents say, as data: complete, consistent, and the same as what it was taken from."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from scanner.catalogue import load
from scanner.catalogue.documents import Documented, read

CATALOGUE, DOCUMENTS = load(), read()
TAKEN_FROM = Path(__file__).parents[3] / "shared" / "reference" / "documented-causes.json"
EACH = pytest.mark.parametrize("edition", DOCUMENTS.editions)
KEPT = {"classic-vm-agent-not-registered"}
"""Today's pages no longer name it; it is judged all the same, so it is explained."""
OBSERVABLE = {"full", "full (metrics)", "full-for-classic", "proxy", "guest", "group"}


def documented(edition: str) -> Documented:
    return DOCUMENTS.editions[edition]


@pytest.mark.parametrize(
    ("edition", "symptoms", "causes"), [("2018-01", 6, 18), ("current", 13, 61)]
)
def test_complete(edition: str, symptoms: int, causes: int) -> None:
    assert len(documented(edition).symptoms) == symptoms
    assert len(documented(edition).causes) == causes
    assert len(CATALOGUE.causes) == 64
    assert len(DOCUMENTS.disagreements) == 13
    assert len(DOCUMENTS.sources) == 62


@EACH
def test_causes_are_those_of_the_edition_in_its_order(edition: str) -> None:
    known = CATALOGUE.edition(edition)
    parts = [part for cause in known.causes for part in known.parts(cause)]
    assert set(parts) == documented(edition).causes.keys()
    assert len(parts) == len(set(parts))
    told = [cause for cause in documented(edition).causes if cause in known.causes]
    assert told == list(known.causes)


@EACH
def test_every_cause_is_told_with_its_source(edition: str) -> None:
    known = CATALOGUE.edition(edition)
    for cause in documented(edition).causes.values():
        assert cause.title
        assert cause.observability in OBSERVABLE
        assert cause.facts or cause.steps, cause.id
        assert cause.shown or cause.guest or known.members.get(cause.id), cause.id
        assert cause.sources
        assert set(cause.sources) <= DOCUMENTS.sources.keys()


@EACH
def test_symptoms_name_causes_that_are_told(edition: str) -> None:
    for symptom in documented(edition).symptoms:
        assert symptom.causes
        assert set(symptom.all_causes) <= documented(edition).causes.keys()
        assert symptom.message
        assert bool(symptom.heading_ko) is (edition == "2018-01")


def test_disagreements_are_about_causes() -> None:
    for each in DOCUMENTS.disagreements:
        assert each.causes
        assert set(each.causes) <= CATALOGUE.causes.keys()


def test_sources_are_dated() -> None:
    for source in DOCUMENTS.sources.values():
        assert source.where
        assert source.date


# Held against the file that the data was taken from, where it is there.

HAS_ORIGIN = pytest.mark.skipif(
    not TAKEN_FROM.exists(), reason=f"NOT COMPARED with the origin of the data: no {TAKEN_FROM}"
)


def origin() -> Any:
    return json.loads(TAKEN_FROM.read_text(encoding="utf-8"))


def names(codes: list[str] | None) -> list[str]:
    """Codes without what stands beside them in brackets or before them as a number."""
    return [re.sub(r"^\d+ | \(.*\)$", "", code) for code in codes or []]


@HAS_ORIGIN
def test_ids_of_the_origin() -> None:
    assert {each["id"] for each in origin()["catalogue"]} == CATALOGUE.causes.keys()
    for edition, content in origin()["editions"].items():
        order = [cause for cause in documented(edition).causes if cause in content["causes"]]
        assert order == list(content["causes"])
        assert documented(edition).causes.keys() - content["causes"].keys() <= KEPT


@HAS_ORIGIN
def test_symptoms_of_the_origin() -> None:
    for edition, content in origin()["editions"].items():
        theirs = sorted(content["symptoms"], key=lambda each: each["order"])
        assert [each.id for each in documented(edition).symptoms] == [each["id"] for each in theirs]
        for ours, each in zip(documented(edition).symptoms, theirs, strict=True):
            assert list(ours.causes) == each["causes"]
            assert list(ours.note_causes) == each.get("note_causes", [])
            assert list(ours.codes) == names(each.get("error_codes"))
            assert list(ours.later_codes) == names(each.get("error_codes_later"))
            assert ours.message == each["message"]
            assert ours.heading_ko == each.get("heading_ko")


@HAS_ORIGIN
def test_causes_of_the_origin() -> None:
    for edition, content in origin()["editions"].items():
        for id_, each in content["causes"].items():
            ours = documented(edition).causes[id_]
            assert ours.title == each["title"]
            assert ours.observability == each["observability"]
            assert list(ours.codes) == names(each.get("extra_error_codes"))
            assert len(ours.steps) == len(each["solution"])
            assert len(ours.facts) == len(each["facts"])
            assert (list(ours.shown), list(ours.guest)) == (each["arm"], each["guest"])
            assert [key.replace("KO-2018-01", "SEED") for key in ours.sources] == each["sources"]


LIMITS = {
    ("2018-01", "disk-size-unsupported", 1023): "disk_max_gib",
    ("2018-01", "restore-point-cleanup-blocked-by-lock", 18): "restore_points_max_per_vm",
    ("2018-01", "vmsnapshotlinux-version", "1.0.91.0"): "vmsnapshotlinux_latest",
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
    assert [each for each in rules if (each.cause, each.limit) == (cause, limit)]


@HAS_ORIGIN
@pytest.mark.parametrize(("edition", "cause", "limit"), LIMITS)
def test_the_limit_is_that_of_the_origin(edition: str, cause: str, limit: int | str) -> None:
    assert origin()["editions"][edition]["thresholds"][LIMITS[edition, cause, limit]] == limit


@HAS_ORIGIN
def test_the_regions_of_confidential_vms_are_those_of_the_origin() -> None:
    rule = CATALOGUE.edition("current").one("confidential-vm-limits", "in-a-region-of-the-preview")
    theirs = origin()["editions"]["current"]["thresholds"]["confidential_vm_regions"]
    assert list(rule.words) == theirs
