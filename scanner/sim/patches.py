"""Patches merged into ARM JSON, so that a test can change or remove any member of an answer."""

from collections.abc import Mapping
from typing import Any

Body = dict[str, Any]
"""A JSON object of ARM."""

ABSENT = object()
"""The value in a patch that removes the key from the body."""


def merged(body: Body, patch: Mapping[str, Any]) -> Body:
    """A copy of the body with the patch merged into it, nested objects member by member."""
    result = dict(body)
    for key, value in patch.items():
        if value is ABSENT:
            result.pop(key, None)
        elif isinstance(value, Mapping) and isinstance(result.get(key), dict):
            result[key] = merged(result[key], value)
        else:
            result[key] = value
    return result
