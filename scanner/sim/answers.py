"""The answer of the simulated ARM for each route: entries of a listing, or the body of a resource.

`LISTINGS` and `SINGLES` map the name of a route to the function that answers it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from scanner.sim import (
    backup_answers,
    compute_answers,
    lock_answers,
    monitor_answers,
    network_answers,
    part_answers,
    scope_answers,
)
from scanner.sim.http_messages import Response
from scanner.sim.patches import Body
from scanner.sim.routed import Entries, RoutedRequest

LISTINGS: Mapping[str, Callable[[RoutedRequest], Entries | Response]] = {
    **scope_answers.LISTINGS,
    **compute_answers.LISTINGS,
    **lock_answers.LISTINGS,
    **backup_answers.LISTINGS,
    **monitor_answers.LISTINGS,
    **part_answers.LISTINGS,
}
"""``resources`` answers every other listing."""
SINGLES: Mapping[str, Callable[[RoutedRequest], Body | Response]] = {
    **scope_answers.SINGLES,
    **compute_answers.SINGLES,
    **lock_answers.SINGLES,
    **backup_answers.SINGLES,
    **network_answers.SINGLES,
    **part_answers.SINGLES,
}
"""``resource`` answers every other route."""
