"""The answers about what Microsoft.Network has in a region."""

from __future__ import annotations

from scanner.sim.patches import Body
from scanner.sim.routed import RoutedRequest, find_subscription
from scanner.sim.service_tag_bodies import service_tags_body


def _service_tags(request: RoutedRequest) -> Body:
    return service_tags_body(find_subscription(request).id)


SINGLES = {"service_tags": _service_tags}
