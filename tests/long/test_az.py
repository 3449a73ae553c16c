"""az's own parser, installed from the package registry, takes what the table says it does."""

from __future__ import annotations

import json
from pathlib import Path

from tests.support.az_parser import TABLE, install_az, read_az
from tests.support.shell_commands import az_commands


def test_every_command_parses_in_the_newest_az(tmp_path: Path) -> None:
    found = read_az(install_az(tmp_path / "az"), az_commands(), tmp_path / "config")
    assert found["refused"] == {}
    table = json.loads(TABLE.read_text(encoding="utf-8"))
    # A newer az may take more. Of its own version, the table says exactly what it takes.
    if found["version"] == table["version"]:
        assert found["commands"] == table["commands"]
    else:
        assert found["commands"].keys() == table["commands"].keys()
