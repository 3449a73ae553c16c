"""Runs commands of az in one process, for speed. Only az's own Python can run it.

Standard input is a JSON list of commands, standard output a list of [exit code, output].
"""

from __future__ import annotations

import contextlib
import io
import json
import sys

from azure.cli.core import get_default_cli


def _run(words: list[str]) -> tuple[object, str]:
    out = io.StringIO()
    try:
        with contextlib.redirect_stderr(io.StringIO()), contextlib.redirect_stdout(io.StringIO()):
            return get_default_cli().invoke(words, out_file=out), out.getvalue()
    except SystemExit as ended:
        return ended.code, out.getvalue()


if __name__ == "__main__":
    json.dump([_run(words) for words in json.load(sys.stdin)], sys.stdout)
