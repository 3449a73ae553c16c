"""sql-server-vss-full-backup, a member of snapshot-status-or-snapshot-failed."""

from typing import Any

import pytest

from scanner.inventory.gap import Reason
from tests.support.facts import EDITIONS, extension, gap, image, system, vm
from tests.support.verdicts import judge, verdict_of

GROUP = "snapshot-status-or-snapshot-failed"
MEMBER = "sql-server-vss-full-backup"
SQL = "Microsoft.SqlServer.Management.SqlIaaSAgent"
WINDOWS = {"os": system("windows")}


CASES: dict[str, tuple[dict[str, Any], str]] = {
    "ordinary image": (WINDOWS, "clear"),
    "image of SQL Server":
        (WINDOWS | {"image": image("MicrosoftSQLServer", "sql2022-ws2022")}, "possible"),
    "publisher in lower case":
        (WINDOWS | {"image": image("microsoftsqlserver", None)}, "possible"),
    "custom image": (WINDOWS | {"image": image(None, None)}, "clear"),
    "extension of SQL Server": (WINDOWS | {"extensions": (extension(SQL),)}, "possible"),
    "type in upper case, no state":
        (WINDOWS | {"extensions": (extension(SQL.upper(), None),)}, "possible"),
    "no extension": (WINDOWS | {"extensions": ()}, "clear"),
    "extensions denied": (WINDOWS | {"extensions": gap("extensions")}, "unknown (denied)"),
    "image failed": (WINDOWS | {"image": gap("image", Reason.FAILED)}, "unknown (failed)"),
    "image of SQL Server, extensions denied":
        (WINDOWS | {"image": image("MicrosoftSQLServer"), "extensions": gap("extensions")},
         "possible"),
    "extension of SQL Server next to one of unread type":
        (WINDOWS | {"extensions": (extension(gap("extensions")), extension(SQL))}, "possible"),
    "extension of unread type":
        (WINDOWS | {"extensions": (extension(gap("extensions")),)}, "unknown (denied)"),
    "image and extension on Linux":
        ({"image": image("MicrosoftSQLServer"), "extensions": (extension(SQL),)}, "clear"),
    "image of SQL Server, OS denied":
        ({"os": gap("os"), "image": image("MicrosoftSQLServer")}, "unknown (denied)"),
}  # fmt: skip


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize(("facts", "expected"), CASES.values(), ids=CASES)
def test_traces_of_sql_server_on_windows(
    facts: dict[str, Any], expected: str, edition: str
) -> None:
    judged = judge(GROUP, edition, vm(**facts))
    assert verdict_of(judged) == expected
    if expected == "possible":
        assert judged.findings[0].check == MEMBER
