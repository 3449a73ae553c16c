"""The least rights, from the table of calls."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from scanner.arm.call import Call, LongPost, Post
from scanner.arm.calls import CALLS, HOLDINGS, METRICS, NETWORK_WATCHERS
from scanner.errors import UsageError

_PLACEHOLDER = "/subscriptions/SUBSCRIPTION-ID"
_SCOPE = re.compile(
    r"/subscriptions/[^/\s]+(/resourceGroups/[^/\s]+)?"
    r"|/providers/Microsoft\.Management/managementGroups/[^/\s]+",
    re.IGNORECASE,
)
"""Where a custom role may be assigned (Azure custom roles, AssignableScopes)."""


def custom_role(
    scopes: Sequence[str],
    *,
    ask_azure: bool = False,
    metrics: bool = False,
    use_graph: bool = False,
) -> Mapping[str, object]:
    """A custom role for Azure, as ``az role definition create`` takes it.

    ``scopes`` are the ids that the role may be assigned at. Raises ``UsageError`` for another text.
    """
    for scope in scopes:
        if not _SCOPE.fullmatch(scope):
            what = f"--scope {scope[:150]!r} is no id of a subscription or a management group"
            raise UsageError(what, "Give one, such as /subscriptions/GUID")
    optional = {METRICS.name: metrics, HOLDINGS.name: use_graph}
    return {
        "Name": "backupscan",
        "IsCustom": True,
        "Description": "What backupscan reads of Azure. It grants no write.",
        "Actions": sorted(
            {
                action
                for call in CALLS
                if optional.get(call.name, ask_azure or not _asks_azure(call))
                for action in _actions(call)
            }
        ),
        "NotActions": [],
        "AssignableScopes": [*scopes] or [_PLACEHOLDER],
    }


def _asks_azure(call: Call[object]) -> bool:
    """True for a call that only ``--ask-azure`` makes."""
    return isinstance(call, Post | LongPost) or call is NETWORK_WATCHERS


def _actions(call: Call[object]) -> tuple[str, ...]:
    """The action of a call, and the actions of the polls of an operation that it begins."""
    return (call.action, *call.poll_actions) if isinstance(call, LongPost) else (call.action,)
