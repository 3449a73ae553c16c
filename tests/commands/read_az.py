"""Run by a Python that has azure-cli: what its own parser makes of commands.

Takes a list of commands as JSON on stdin: a command is a list of words without ``az``. Prints the
version, the options of every command, and what the parser refuses.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
from typing import Any

from azure.cli.core import __version__, get_default_cli
from azure.cli.core.commands import events as az
from knack import events


def parser_of(words: list[str]) -> tuple[Any, Any, str, list[list[str]]]:
    """The CLI and the parser of one command, its name, and what it needs without ``--ids``.

    The same steps as in ``AzCliCommandInvoker.execute``, before it parses.
    """
    cli = get_default_cli()
    invoker = cli.invocation_cls(
        cli_ctx=cli,
        parser_cls=cli.parser_cls,
        commands_loader_cls=cli.commands_loader_cls,
        help_cls=cli.help_cls,
    )
    cli.invocation = invoker
    loader = invoker.commands_loader
    cli.raise_event(events.EVENT_INVOKER_PRE_CMD_TBL_CREATE, args=words)
    loader.load_command_table(words)
    name = invoker._rudimentary_get_command(words)
    invoker.data["command_string"] = name
    loader.command_table = {name: loader.command_table[name]}
    loader.command_name = name
    cli.raise_event(az.EVENT_INVOKER_PRE_LOAD_ARGUMENTS, commands_loader=loader)
    loader.load_arguments(name)
    cli.raise_event(az.EVENT_INVOKER_POST_LOAD_ARGUMENTS, commands_loader=loader)
    arguments = loader.command_table[name].arguments.values()
    needed = [
        argument.type.settings["options_list"]
        for argument in arguments
        if argument.type.settings.get("id_part") and argument.options.get("required")
    ]
    cli.raise_event(events.EVENT_INVOKER_POST_CMD_TBL_CREATE, commands_loader=loader)
    invoker.parser.cli_ctx = cli
    invoker.parser.load_command_table(loader)
    return cli, invoker.parser, name, [sorted(map(str, names)) for names in needed]


def options_of(parser: Any) -> list[dict[str, Any]]:
    """The options of a command: names, whether it is needed, how many values, and which ones."""
    return [
        {
            "names": sorted(map(str, action.option_strings)),
            "required": action.required,
            "values": action.nargs,
            **({"choices": sorted(map(str, action.choices))} if action.choices else {}),
        }
        for action in parser._actions
        if action.option_strings
    ]


def main() -> None:
    commands, refused = {}, {}
    for words in json.load(sys.stdin):
        stderr = io.StringIO()
        try:
            with contextlib.redirect_stderr(stderr):
                cli, parser, name, needed = parser_of(words)
                options = options_of(parser.subparser_map[name])
                has_ids = any("--ids" in option["names"] for option in options)
                commands[name] = {"options": options, "needed": needed if has_ids else []}
                parsed = parser.parse_args(words)
                cli.raise_event(events.EVENT_INVOKER_POST_PARSE_ARGS, command=name, args=parsed)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - az raises what it likes
            refused[" ".join(words)] = f"{error} {stderr.getvalue()}".strip()
    ordered = dict(sorted(commands.items()))
    print(json.dumps({"version": __version__, "commands": ordered, "refused": refused}))


main()
