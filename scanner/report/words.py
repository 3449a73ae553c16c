"""Numbers in words."""

from __future__ import annotations


def counted(number: int, noun: str) -> str:
    """``1 VM``, ``2,000 VMs``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
