"""Rows of the table of faults whose behaviour is not built yet, with what they need."""

from __future__ import annotations

NOT_YET: dict[str, str] = {}
