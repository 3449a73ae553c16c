"""The service tags that the simulated ARM answers with: a part of Microsoft's own publication."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any

from scanner.sim.patches import Body


def service_tags_body(subscription: str) -> Body:
    """The answer of a subscription, by its id, for any region: shaped after the example of
    the REST API reference."""
    return {
        "name": "public",
        "id": f"{subscription}/providers/Microsoft.Network/serviceTags/public",
        "type": "Microsoft.Network/serviceTags",
        "changeNumber": "360",
        "cloud": "Public",
        "values": [*_entries()],
    }


@cache
def _entries() -> tuple[Body, ...]:
    text = resources.files(__package__).joinpath("service_tags.json").read_text("utf-8")
    tags: dict[str, dict[str, Any]] = json.loads(text)["tags"]
    return tuple(
        {
            "name": name,
            "id": name,
            "properties": {
                **tag,
                "changeNumber": str(tag["changeNumber"]),
                "addressPrefixes": tag["addressPrefixes"].split(),
            },
        }
        for name, tag in tags.items()
    )
