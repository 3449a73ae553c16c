"""``--redact-key-file``: the key of pseudonyms, and what gives them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from scanner.errors import UsageError

if TYPE_CHECKING:
    from scanner.fleet.bundle.redaction import Redactor


def make_redactor(key_file: Path | None, *, is_new: bool) -> Redactor:
    """What gives pseudonyms by the key in a file.

    Without a file, a bundle that is new has a new key, which is printed once.

    Raises ``UsageError``.
    """
    from scanner.fleet.bundle.redaction import Key, Redactor, new_key, read_key

    if key_file is not None:
        key = read_key(key_file)
    elif is_new:
        key = new_key()
        sys.stderr.write(
            f"key of the pseudonyms: {key}\n"
            "Keep it in a file for --redact-key-file: who has it can recognize names.\n"
        )
    else:
        raise UsageError("pseudonyms need the key of the bundle", "Give --redact-key-file")
    return Redactor(Key(key.encode()))
