"""Bundles: what was read of a fleet, saved in a folder and judged again without Azure."""

from scanner.fleet.bundle.reader import Bundle, open_bundle

__all__ = ["Bundle", "open_bundle"]
