"""Numbers, limits and suggestions as a person reads them."""

from __future__ import annotations

import pytest

from scanner.catalogue import Limit
from scanner.catalogue.text import counted, limit_text, nearest


@pytest.mark.parametrize(("number", "text"), [(0, "0 VMs"), (1, "1 VM"), (2000, "2,000 VMs")])
def test_counted(number: int, text: str) -> None:
    assert counted(number, "VM") == text


@pytest.mark.parametrize(
    ("limit", "text"),
    [(18, "18"), ("2.2.53.1", "2.2.53.1"), (("sles", "suse"), "sles, suse")],
    ids=["number", "version", "words"],
)
def test_limit_text(limit: Limit, text: str) -> None:
    assert limit_text(limit) == text


@pytest.mark.parametrize(
    ("name", "remedy"),
    [("jsn", "Did you mean json?"), ("zzz", "Choose one of csv, json")],
    ids=["close", "unlike"],
)
def test_nearest(name: str, remedy: str) -> None:
    assert nearest(name, ["json", "csv"]) == remedy
