"""Runs commands of az in one process, for speed. Only az's own Python can run it.

Standard input is a JSON list of commands. Standard output is a JSON list of the exit code, the
output and the messages of each.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys

from azure.cli.core import get_default_cli

_MESSAGES = io.StringIO()
"""The standard error of all commands: az logs to the one of its first command."""


def _run(words: list[str]) -> tuple[object, str, str]:
    out, start = io.StringIO(), _MESSAGES.tell()
    try:
        with contextlib.redirect_stderr(_MESSAGES), contextlib.redirect_stdout(io.StringIO()):
            code: object = get_default_cli().invoke(words, out_file=out)
    except SystemExit as ended:
        code = ended.code
    return code, out.getvalue(), _MESSAGES.getvalue()[start:]


if __name__ == "__main__":
    json.dump([_run(words) for words in json.load(sys.stdin)], sys.stdout)
