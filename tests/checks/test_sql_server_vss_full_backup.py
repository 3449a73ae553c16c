"""sql-server-vss-full-backup, a member of snapshot-status-or-snapshot-failed."""

from typing import Any

import pytest

from scanner.inventory.gap import Reason
from tests.support.facts import EDITIONS, extension, gap, image, system, vm
from tests.support.verdicts import told, verdict

GROUP = "snapshot-status-or-snapshot-failed"
MEMBER = "sql-server-vss-full-backup"
SQL = "Microsoft.SqlServer.Management.SqlIaaSAgent"
WINDOWS = {"os": system("windows")}


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (WINDOWS, "clear"),
        (WINDOWS | {"image": image("MicrosoftSQLServer", "sql2022-ws2022")}, "possible"),
        (WINDOWS | {"image": image("microsoftsqlserver", None)}, "possible"),
        (WINDOWS | {"image": image(None, None)}, "clear"),
        (WINDOWS | {"extensions": (extension(SQL),)}, "possible"),
        (WINDOWS | {"extensions": (extension(SQL.upper(), None),)}, "possible"),
        (WINDOWS | {"extensions": ()}, "clear"),
        (WINDOWS | {"extensions": gap("extensions")}, "unknown (denied)"),
        (WINDOWS | {"image": gap("image", Reason.FAILED)}, "unknown (failed)"),
        (WINDOWS | {"image": image("MicrosoftSQLServer"), "extensions": gap("extensions")},
         "possible"),
        (WINDOWS | {"extensions": (extension(gap("extensions")), extension(SQL))}, "possible"),
        (WINDOWS | {"extensions": (extension(gap("extensions")),)}, "unknown (denied)"),
        ({"image": image("MicrosoftSQLServer"), "extensions": (extension(SQL),)}, "clear"),
        ({"os": gap("os"), "image": image("MicrosoftSQLServer")}, "unknown (denied)"),
    ],
)  # fmt: skip
def test_traces_of_sql_server_on_windows(
    facts: dict[str, Any], expected: str, edition: str
) -> None:
    stands = verdict(GROUP, edition, vm(**facts))
    assert told(stands) == expected
    if expected == "possible":
        assert stands.findings[0].check == MEMBER
