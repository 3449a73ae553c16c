"""Ids of parametrised cases."""

from __future__ import annotations


def words(value: object) -> str:
    """The id of a word or number, or of a list of them."""
    if isinstance(value, list | tuple):
        return " and ".join(map(str, value)) or "none"
    return str(value)
