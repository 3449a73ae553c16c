"""Bundles: what was read of a fleet, saved in a folder and judged again without Azure."""
