"""``make commands``: install azure-cli and write the table of the options that commands take.

``python -m tests.commands PYTHON`` asks a Python that already has azure-cli.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from pathlib import Path

from tests.support.az_parser import TABLE, install_az, read_az
from tests.support.shell_commands import az_commands

with tempfile.TemporaryDirectory() as folder:
    python = Path(sys.argv[1]) if sys.argv[1:] else install_az(Path(folder) / "az")
    found = read_az(python, az_commands(), Path(folder) / "config")
if found["refused"]:
    sys.exit("\n".join(f"{command}\n    {why}" for command, why in found["refused"].items()))
table = {
    "source": "The options that az's own parser takes. Written by python -m tests.commands.",
    "version": found["version"],
    "commands": found["commands"],
}
# An option a line, so that a newer az shows in a difference.
text = re.sub(r"\n {5,}|\n {4}(?=[\]}])", " ", json.dumps(table, indent=1))
TABLE.write_text(text + "\n", encoding="utf-8")
