"""Text from Azure made harmless in each format. Whoever names a resource chooses the text."""

from __future__ import annotations

import os
import re

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_SEPARATOR = "\N{ZERO WIDTH SPACE}"
_COMMAND = re.compile(r"(:(?=:)|#(?=#))")
_WWW = re.compile(r"(www)\.", re.IGNORECASE)
_COMMAND_OR_DOCUMENT = re.compile(r"`([^`]+)`|(https://learn\.microsoft\.com/[\w/.#-]*[\w/])")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>()#+!|~@&:])")


def printable(text: str) -> str:
    """Plain text: each control, format or direction character is replaced by a visible one."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _REPLACEMENT for char in text)


def log_line(text: str) -> str:
    """Text in a log. The runner of a pipeline reads logs for commands, so it finds none in it."""
    line = printable(text)
    in_pipeline = os.environ.get("GITHUB_ACTIONS") or os.environ.get("TF_BUILD")
    return _COMMAND.sub(rf"\1{_SEPARATOR}", line) if in_pipeline else line


def markdown_text(text: str) -> str:
    """Text in Markdown, also in the cell of a table: no markup, no link, no mention."""
    line = printable(text).replace("@", f"@{_SEPARATOR}")
    return _MARKDOWN.sub(r"\\\1", _WWW.sub(rf"\1{_SEPARATOR}.", line))


def markdown_code(text: str) -> str:
    """Code in Markdown, also in the cell of a table: no backtick ends it, no bar ends the cell."""
    return f"`{printable(text).replace('`', _REPLACEMENT).replace('|', _REPLACEMENT)}`"


def markdown_prose(text: str) -> str:
    """Text of ours in Markdown: its commands are code, and its documents are links.

    A name from Azure in it is escaped, in a command as code, elsewhere as text.
    """
    parts, end = list[str](), 0
    for found in _COMMAND_OR_DOCUMENT.finditer(text):
        command, address = found.groups()
        parts.append(markdown_text(text[end : found.start()]))
        parts.append(markdown_code(command) if command else f"<{address}>")
        end = found.end()
    return "".join((*parts, markdown_text(text[end:])))


def github_message(text: str) -> str:
    """The message of a GitHub workflow command: one line, without signs of the command's syntax."""
    return _COMMAND.sub(rf"\1{_SEPARATOR}", printable(text).replace("%", "%25"))


def github_property(text: str) -> str:
    """A property of a GitHub workflow command."""
    return github_message(text).replace(":", "%3A").replace(",", "%2C")


def azure_devops_message(text: str) -> str:
    """The message of an Azure Pipelines logging command: nothing in it ends or begins a command."""
    line = printable(text).replace("##", f"#{_SEPARATOR}#")
    return line.replace("]", f"{_SEPARATOR}]")
