"""Text from Azure made harmless for a reader, whatever the format: names are chosen by others."""

from __future__ import annotations

import os
import re

_HARMLESS = "\N{REPLACEMENT CHARACTER}"
_APART = "\N{ZERO WIDTH SPACE}"
_COMMAND = re.compile(r"(:(?=:)|#(?=#))")
_WWW = re.compile(r"(www)\.", re.IGNORECASE)
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>()#+!|~@&:])")


def visible(text: str) -> str:
    """Without control, format and direction characters; each becomes a sign of its own."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else _HARMLESS for each in text)


def line(text: str) -> str:
    """As plain words in a log: no command to a pipeline's runner, which obeys what it reads."""
    told = visible(text)
    watched = os.environ.get("GITHUB_ACTIONS") or os.environ.get("TF_BUILD")
    return _COMMAND.sub(rf"\1{_APART}", told) if watched else told


def markdown(text: str) -> str:
    """As plain words in Markdown, in a cell of a table too."""
    told = visible(text).replace("@", f"@{_APART}")
    return _MARKDOWN.sub(r"\\\1", _WWW.sub(rf"\1{_APART}.", told))


def code(text: str) -> str:
    """As code in Markdown: no backtick ends it, no bar splits a cell."""
    return f"`{visible(text).replace('`', _HARMLESS).replace('|', _HARMLESS)}`"


def github(text: str) -> str:
    """As the message of a workflow command: one line, and none of its own signs."""
    return _COMMAND.sub(rf"\1{_APART}", visible(text).replace("%", "%25"))


def github_property(text: str) -> str:
    """As a property of a workflow command."""
    return github(text).replace(":", "%3A").replace(",", "%2C")


def azure_devops(text: str) -> str:
    """As the message of a logging command: no bracket and no sign of another command."""
    return (
        visible(text).replace("##", "#\N{ZERO WIDTH SPACE}#").replace("]", "\N{ZERO WIDTH SPACE}]")
    )
