"""Which module may import which, read from the source. Without a connection no Azure is loaded."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FILES = sorted(
    path.relative_to(ROOT)
    for folder in ("scanner", "checks")
    for path in (ROOT / folder).rglob("*.py")
)
TESTS = sorted(path.relative_to(ROOT) for path in (ROOT / "tests").rglob("*.py"))
PROGRAM_MODULES = {
    "tests.readme.tables",
    "tests.readme.picture",
    "tests.bench.bundles",
    "tests.bench.door",
    "tests.bench.networks",
    "tests.bench.plain",
    "tests.bench.plans",
    "tests.bench.waiting",
}
"""Modules of `make readme` and `make bench`, which are no tests."""
LAYERS = (
    {"__main__"},
    {"cli"},
    {"fleet", "sim"},
    {"arm", "plan", "report"},
    {"gate", "api", "testing"},
    {"judging"},
    {"network"},
    {"catalogue", "inventory"},
)
"""The rooms of the scanner, by layer. A room imports only rooms of lower layers."""
SHARED = {"errors", ""}
"""What every room may import."""
MOST_ROOMS, MOST_ARROWS = 15, 45


def module(path: Path) -> str:
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def base_of(node: ast.ImportFrom, path: Path) -> str:
    """The absolute name of the module imported from. Only tests may import relatively."""
    assert node.level == 0 or path.parts[0] == "tests", f"{path}:{node.lineno}"
    package = path.parts[: -node.level] if node.level else ()
    return ".".join([*package, *filter(None, [node.module])])


@cache
def tree(path: Path) -> ast.Module:
    """The source of a file, parsed."""
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))


@cache
def imported(path: Path) -> frozenset[str]:
    """The absolute names of all modules that a file imports, also inside functions."""
    found = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = base_of(node, path)
            inner = ROOT.joinpath(*base.split("."))
            for alias in node.names:
                file = inner / f"{alias.name}.py"
                is_module = file.exists() or file.with_suffix("").is_dir()
                found.add(f"{base}.{alias.name}" if is_module else base)
    return frozenset(found)


def part(name: str) -> str:
    """The room that a module belongs to, empty for ``scanner`` itself."""
    return (*name.split("."), "", "")[1]


def level(name: str) -> int:
    return next(number for number, rooms in enumerate(LAYERS) if name in rooms)


def crossings() -> Iterator[tuple[Path, str, str]]:
    """Every file that imports another room, with both rooms."""
    for path in FILES:
        here = part(module(path))
        for name in imported(path):
            there = part(name)
            if path.parts[0] == "scanner" and name.split(".")[0] == "scanner" and here != there:
                yield path, here, there


def test_every_room_has_a_layer() -> None:
    rooms = {part(module(path)) for path in FILES if path.parts[0] == "scanner"}
    assert rooms - SHARED <= set().union(*LAYERS)


def test_a_room_imports_only_lower_layers() -> None:
    wrong = [
        f"{path}: {here} imports {there}"
        for path, here, there in crossings()
        if here not in SHARED and there not in SHARED and level(here) >= level(there)
    ]
    assert not wrong


def drawing() -> str:
    """A line for each room, from the top: what it imports."""
    arrows = {(here, there) for _, here, there in crossings()}
    rooms = [room for layer in LAYERS for room in sorted(layer)]
    lines = []
    for room in rooms:
        below = [other for other in rooms if (room, other) in arrows]
        shared = [other or "the version" for other in sorted(SHARED) if (room, other) in arrows]
        lines.append(f"{room:<10} {', '.join((*below, *shared))}".rstrip())
    return "\n".join(lines)


def test_there_are_few_rooms_and_few_arrows_between_them() -> None:
    arrows = {(here, there) for _, here, there in crossings()}
    rooms = {part(module(path)) for path in FILES if path.parts[0] == "scanner"} - {""}
    assert len(rooms) <= MOST_ROOMS, sorted(rooms)
    assert len(arrows) <= MOST_ARROWS, drawing()


def test_the_drawing_in_contributing_is_so() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert f"```text\n{drawing()}\n```" in text, drawing()


def test_every_file_that_contributing_names_is_there() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    named = re.findall(r"`([a-z_]+/[a-z0-9_/]+(?:\.(?:py|toml)|/))`", text)
    homes = (ROOT, ROOT / "scanner")
    assert named
    assert not [name for name in named if not any((home / name).exists() for home in homes)]


def test_files_outside_of_rooms_are_those_that_all_may_import() -> None:
    loose = {path.stem for path in FILES if path.parent == Path("scanner")}
    assert loose == {"__init__", "__main__", "api", "errors", "testing"}


def test_no_files_import_one_another_in_a_circle() -> None:
    """Imports for type checking count too."""
    files = {module(path): path for path in FILES}
    done: set[str] = set()

    def visit(name: str, importers: tuple[str, ...]) -> None:
        assert name not in importers, " -> ".join((*importers[importers.index(name) :], name))
        if name not in done:
            for imported_name in imported(files[name]) & files.keys():
                visit(imported_name, (*importers, name))
            done.add(name)

    for name in files:
        visit(name, ())


def test_reading_knows_nothing_of_joining() -> None:
    readers = [path for path in FILES if path.parts[:2] == ("scanner", "arm")]
    joins = {
        f"{path}: {name}"
        for path in readers
        for name in imported(path)
        if name.startswith("scanner.inventory.join")
    }
    assert not joins


def test_what_every_room_may_import_imports_no_room() -> None:
    assert not [crossing for crossing in crossings() if crossing[1] in SHARED]


def test_the_simulator_imports_no_other_room() -> None:
    assert not [f"{path}: {there}" for path, here, there in crossings() if here == "sim"]


def test_azure_is_imported_in_two_places() -> None:
    users = {path for path in FILES for name in imported(path) if name.split(".")[0] == "azure"}
    transport = Path("scanner/sim/transport.py")
    assert users
    assert not {
        path for path in users if path != transport and path.parts[:2] != ("scanner", "arm")
    }


def test_what_extras_bring_is_imported_only_when_it_is_used() -> None:
    """So the command starts without them, and as quickly as before."""
    extras = {"dask", "distributed", "fsspec", "adlfs"}
    wrong = [
        f"{path}: {node.lineno}"
        for path in FILES
        for node in tree(path).body
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (getattr(node, "module", None), *(alias.name for alias in node.names))
        if name and name.split(".")[0] in extras
    ]
    assert not wrong


def test_checks_import_the_public_api_and_the_standard_library_alone() -> None:
    wrong = {
        f"{path}: {name}"
        for path in FILES
        if path.parts[0] == "checks"
        for name in imported(path)
        if name != "scanner.api" and name.split(".")[0] not in {"checks", *sys.stdlib_module_names}
    }
    assert not wrong


def test_the_scanner_never_imports_a_check() -> None:
    files = (path for path in FILES if path.parts[0] == "scanner")
    assert not [path for path in files if any(n.split(".")[0] == "checks" for n in imported(path))]


def may_be_imported(name: str) -> bool:
    """True if a module of the tests may import this one."""
    return (
        name.startswith("tests.support.") or name.endswith(".conftest") or name in PROGRAM_MODULES
    )


def test_tests_take_helpers_from_support_alone() -> None:
    """So a test module never imports another one."""
    wrong = [
        f"{path}: {name}"
        for path in TESTS
        for name in imported(path)
        if name.startswith("tests.") and not may_be_imported(name)
    ]
    assert not wrong


def test_folders_of_tests_are_rooms_of_the_scanner() -> None:
    rooms = {part(module(path)) for path in FILES if path.parts[0] == "scanner"}
    folders = {path.parts[1] for path in TESTS if len(path.parts) > 2}
    assert folders - rooms == {
        "bench",
        "checks",
        "commands",
        "examples",
        "faults",
        "long",
        "readme",
        "support",
    }


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["scan", "--help"],
        ["--version"],
        ["explain", "400196"],
        ["checks"],
        ["scan", "--bundle", "tests/fleet/bundle/recorded/v1"],
        ["plan", "examples/plans/break.json"],
    ],
    ids=" ".join,
)
def test_commands_that_need_no_azure_import_none(arguments: list[str]) -> None:
    assert not imported_by(*arguments) & {"azure", "aiohttp", "msal"}


def test_help_imports_neither_an_event_loop_nor_what_writes_reports() -> None:
    """Importing them takes longer than the help itself. ``make bench`` measures it."""
    assert not imported_by("--help") & {"asyncio", "ssl", "rich", "jinja2", "xlsxwriter"}


def imported_by(*arguments: str) -> set[str]:
    """The top-level packages that a command imports."""
    ran = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "scanner", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert ran.returncode != 2, ran.stderr
    modules = {line.rpartition("|")[2].strip() for line in ran.stderr.splitlines()}
    assert "scanner.cli" in modules
    return {name.split(".")[0] for name in modules}
