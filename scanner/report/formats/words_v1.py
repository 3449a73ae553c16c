"""Values that several parts of the JSON report have, version 1."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import Meta

from scanner.inventory.gap import Reason
from scanner.judging.judged_vm import WORST_FIRST
from scanner.report.standing import Standing

VerdictV1 = Annotated[str, Meta(extra_json_schema={"enum": [*map(str, WORST_FIRST)]})]
ReasonV1 = Annotated[str, Meta(extra_json_schema={"enum": [*map(str, Reason)]})]
StandingV1 = Annotated[str, Meta(extra_json_schema={"enum": [*map(str, Standing)]})]
TimeV1 = Annotated[datetime, Meta(tz=True, description="RFC 3339, UTC.")]
IdV1 = Annotated[str, Meta(description="An ARM resource id, as ARM spelt it.", pattern="^/")]
