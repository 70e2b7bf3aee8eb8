"""The Python on a Markdown page: found, and run as a reader would, one block after another in one namespace.

    ```python                   runs
    ```python raises=ValueError must raise it
    ```{picture}                runs, and the site shows the Diagram that its last line gives
    ```text                     right after one of these: what it printed, or the message of its error; … is anything,
                                and a rounding error (4.1e-16; or none, "= 0") any other
    ```text torch               the same, where Torch is installed
"""

from __future__ import annotations

import ast
import contextlib
import io
import linecache
import os
import re
import tempfile
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

FENCE = re.compile(r"^```(?P<info>[^\n`]*)\n(?P<body>.*?)^```[ \t]*$", re.M | re.S)
ROUNDING = r"(=\\s\+)0\b|[\d\\.]+e\\-\d+"  # in an escaped text
PYTHON = re.compile(r"(python\b|\{picture\})\s*(raises=(?P<raises>\w+))?")


@dataclass
class Block:
    """One block: its code, the line that it begins at, the error that it must raise, what it must print."""

    page: Path
    line: int
    code: str
    raises: str | None = None
    prints: str | None = None

    def __str__(self) -> str:
        return f"{self.page.name}:{self.line}"


def blocks(page: Path) -> list[Block]:
    """The Python blocks of a page, in order."""
    text = page.read_text(encoding="utf-8")
    fences = list(FENCE.finditer(text))
    found = []
    for fence, following in zip(fences, [*fences[1:], None]):
        python = PYTHON.match(fence["info"].strip())
        if not python:
            continue
        beside = following and not text[fence.end() : following.start()].strip() and following["info"].strip()
        shown = beside == "text" or (beside == "text torch" and find_spec("torch") is not None)
        line = text.count("\n", 0, fence.start("body")) + 1
        found.append(Block(page, line, fence["body"], python["raises"], following["body"] if shown else None))
    return found


def run(block: Block, namespace: dict[str, Any]) -> Any:
    """Run a block; gives the value of its last line, if that is an expression.

    Raises AssertionError where it does not raise or print what the page says."""
    name = _program(block.page)
    tree = ast.increment_lineno(ast.parse(block.code, name), block.line - 1)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    printed = io.StringIO()
    value = None
    try:
        with contextlib.redirect_stdout(printed):
            exec(compile(tree, name, "exec"), namespace)
            if isinstance(last, ast.Expr):
                value = eval(compile(ast.Expression(last.value), name, "eval"), namespace)
        said = printed.getvalue()
    except Exception as e:
        said = str(e)
        assert block.raises, f"{block}: raised {type(e).__name__}: {said}\n{traceback.format_exc()}"
        assert type(e).__name__ == block.raises, f"{block}: raised {type(e).__name__}, not {block.raises}: {said}"
    else:
        assert not block.raises, f"{block}: raised nothing, the page says {block.raises}"
    if block.prints is not None:
        assert alike(block.prints, said), f"{block}: the page shows\n{block.prints}\nand this came:\n{said}"
    return value


def _program(page: Path) -> str:
    """The page as a program, known to linecache: its code at the page's own lines, so that cards and messages name
    them, and gradient rules find their source."""
    name = str(page.with_suffix(".py"))
    if name not in linecache.cache:
        lines = [""] * (page.read_text(encoding="utf-8").count("\n") + 1)
        for block in blocks(page):
            lines[block.line - 1 : block.line - 1 + block.code.count("\n")] = block.code.splitlines()
        whole = [line + "\n" for line in lines]
        linecache.cache[name] = (sum(map(len, whole)), None, whole, name)
    return name


def alike(shown: str, said: str) -> bool:
    """Whether a page shows what was said, word for word, however it is broken into lines."""
    pattern = r"\s+".join(re.escape(word) for word in shown.split()).replace("…", ".*?")
    pattern = re.sub(ROUNDING, lambda found: (found[1] or "") + r"(?:0|[\d.]+e\\?-\d+)", pattern)
    return re.fullmatch(pattern, said.strip(), re.S) is not None


@contextlib.contextmanager
def elsewhere() -> Iterator[None]:
    """A temporary working directory, so that what the blocks write is gone afterwards."""
    before = os.getcwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            yield
        finally:
            os.chdir(before)


def namespace(page: Path) -> dict[str, Any]:
    """What a page's blocks start with: nothing, as in a program of their own."""
    return {"__name__": f"docs_{page.stem}"}
