"""The documents as data: editions, causes, the rules that decide, and what fixes a cause.

What a number or a verdict is, a TOML file of this folder says, with its source; code holds neither.
"""

from scanner.catalogue.loading import fixes, fixes_of, load, read
from scanner.catalogue.values import Catalogue, Cause, Document, Edition, Limit, Rule

__all__ = [
    "Catalogue",
    "Cause",
    "Document",
    "Edition",
    "Limit",
    "Rule",
    "fixes",
    "fixes_of",
    "load",
    "read",
]
