"""Changes laid over a body, so that a test can make any member odd or take it away."""

from collections.abc import Mapping
from typing import Any

Body = dict[str, Any]

ABSENT = object()
"""As a value of a patch: the key is left out of the body."""


def merged(body: Body, patch: Mapping[str, Any]) -> Body:
    """The body with a patch laid over it, member by member."""
    result = dict(body)
    for key, value in patch.items():
        if value is ABSENT:
            result.pop(key, None)
        elif isinstance(value, Mapping) and isinstance(result.get(key), dict):
            result[key] = merged(result[key], value)
        else:
            result[key] = value
    return result
