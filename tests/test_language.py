"""Words that make readers stop: the project does not use them for names or in prose."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FOLDERS = ("scanner", "checks", "examples", "tests")
DOCUMENTS = sorted(path.name for path in ROOT.glob("*.md"))
NAMES = {"each", "those", "mine", "said", "told", "untold", "beside", "stand", "stands", "mend"}
"""Names that do not say what they hold."""
PARTS = {"told", "untold", "beside", "stands", "mend"}
"""Words that no part of a name is."""
PLUGIN_CONTRACT = {"scanner/judging/check.py", "tests/judging/test_plugins.py"}
"""Where `each` is the word of `@check(each=...)`."""
PROSE = re.compile(r"\b(told|untold|beside|stands|mend|mends|mended|mending)\b", re.IGNORECASE)
"""Words for which there is a plainer one: given, next to, is, fix."""
LETTERS = re.compile(PROSE.pattern.replace(r"\b", ""), re.IGNORECASE)
"""Their letters anywhere, such as after a line break that is written as an escape."""
FIRST_WORDS = re.compile(r"(?:^|(?<=[.!?:;] )|(?<=\n))\s*(Of|By|That|Those)\b")
"""A sentence that begins so has its subject late."""


def names(nodes: Iterable[ast.AST]) -> Iterator[tuple[int, str]]:
    """Everything that a module binds: variables, arguments, attributes, functions, classes."""
    for node in nodes:
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                yield node.lineno, name
            case ast.arg(arg=name) | ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield node.lineno, name
            case ast.AsyncFunctionDef(name=name) | ast.MatchAs(name=str(name)):
                yield node.lineno, name


def docstrings(nodes: Iterable[ast.AST]) -> Iterator[tuple[int, str]]:
    """Docstrings of modules, classes, functions and attributes."""
    for node in nodes:
        body = getattr(node, "body", None)
        for statement in body if isinstance(body, list) else ():
            match statement:
                case ast.Expr(value=ast.Constant(value=str(text))):
                    yield statement.lineno, text


def prose(text: str, nodes: Iterable[ast.AST]) -> Iterator[tuple[int, str]]:
    """Comments, and texts of several words: docstrings, messages, help."""
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string
    for node in nodes:
        match node:
            case ast.Constant(value=str(words)) if " " in words:
                yield node.lineno, words


def faults(path: Path) -> Iterator[str]:
    """What is wrong with the words of a module, by line."""
    text = (ROOT / path).read_text(encoding="utf-8")
    nodes = list(ast.walk(ast.parse(text)))
    allowed = {"each"} if str(path) in PLUGIN_CONTRACT else set[str]()
    for line, name in names(nodes):
        if name in NAMES - allowed or PARTS & {*name.split("_")}:
            yield f"{path}:{line}: the name {name}"
    for line, words in docstrings(nodes):
        if found := FIRST_WORDS.search(words):
            yield f"{path}:{line}: a sentence begins with {found.group(1)}"
    # To find the comments takes longest, and most modules have no such letters.
    for line, words in prose(text, nodes) if LETTERS.search(text) else ():
        if found := PROSE.search(words):
            yield f"{path}:{line}: the word {found.group()}"


def modules(folder: str) -> list[Path]:
    """The modules of the project in a folder, by their paths from the root."""
    return sorted(
        path.relative_to(ROOT)
        for path in (ROOT / folder).rglob("*.py")
        if path != Path(__file__) and "recorded" not in path.parts
    )


@pytest.mark.parametrize("folder", FOLDERS)
def test_words_of_modules(folder: str) -> None:
    """All modules of a folder in one test: they are many, and a fault names its file and line."""
    assert modules(folder)
    assert not [fault for path in modules(folder) for fault in faults(path)]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_words_of_a_document(name: str) -> None:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    assert not [line for line in lines if PROSE.search(line)]


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("told = 1", id="a variable"),
        pytest.param("def f(each): ...", id="an argument"),
        pytest.param("for those in (): ...", id="a loop"),
        pytest.param('"""Of a VM the name."""', id="a docstring with a late subject"),
        pytest.param("x = 1  # nothing stands here", id="a comment"),
        pytest.param('raise ValueError("mend the file")', id="a message"),
    ],
)
def test_a_fault_is_found(source: str, tmp_path: Path) -> None:
    file = tmp_path / "module.py"
    file.write_text(source, encoding="utf-8")
    assert len(list(faults(file))) == 1
