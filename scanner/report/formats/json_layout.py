"""A JSON object in parts, so that no large list is in memory as a whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec


class Layout:
    """Compact, with a line for each member and each entry of a list, or indented for people."""

    def __init__(self, enc_hook: Callable[[Any], Any], *, indent: bool) -> None:
        """``enc_hook`` is that of msgspec, for values of other types."""
        self._encode = msgspec.json.Encoder(enc_hook=enc_hook).encode
        self._step, self._colon = (b"  ", b": ") if indent else (b"", b":")

    def member(self, name: str, value: Any) -> Iterator[bytes]:
        """A member of the report. Entries of a list are taken one at a time."""
        yield self._step + self._encode(name) + self._colon
        if not isinstance(value, Iterator | tuple):
            yield self._lines(value, self._step)
            return
        yield b"["
        before, margin = b"\n", self._step * 2
        for entry in value:
            yield before + margin + self._lines(entry, margin)
            before = b",\n"
        yield b"\n" + self._step + b"]"

    def _lines(self, value: Any, margin: bytes) -> bytes:
        """A value. Its lines after the first begin with a margin."""
        data = self._encode(value)
        if not self._step:
            return data
        # No text has a line break of its own: JSON escapes it.
        return msgspec.json.format(data, indent=len(self._step)).replace(b"\n", b"\n" + margin)
