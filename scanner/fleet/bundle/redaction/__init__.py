"""Redaction: names, ids, tags, addresses and messages become pseudonyms; verdicts stay the same."""

from scanner.fleet.bundle.redaction.key import Key, new_key, read_key
from scanner.fleet.bundle.redaction.redactor import Redactor

__all__ = ["Key", "Redactor", "new_key", "read_key"]
