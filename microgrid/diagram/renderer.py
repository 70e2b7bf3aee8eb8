"""DOT to SVG, PNG or PDF: the `dot` program, else a bundled Graphviz, always in a child process and never believed.

Graphviz can hang, crash, or exit 0 with an empty or wrong picture. Output counts only if the exit code is 0, the first
and last bytes are those of the format, and nothing on stderr speaks of trouble.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, cast, get_args

Format = Literal["svg", "png", "pdf"]
TIMEOUT = 20.0  # seconds a layout may take
_DPI, _SIDE, _PIXELS = 144, 30_000, 60e6  # what a PNG may have; cairo refuses sides over 32,767

_HEAD = {"svg": (b"<?xml", b"<svg"), "png": (b"\x89PNG\r\n\x1a\n",), "pdf": (b"%PDF-",)}
_TAIL = {"svg": b"</svg>", "png": b"IEND\xaeB`\x82", "pdf": b"%%EOF"}
_TROUBLE = re.compile(r"syntax error|trouble in|out of memory|not well-formed|lost .* edge", re.IGNORECASE)
# The parent's path finds what the parent finds, and nothing that happens to lie in the working directory.
_BUNDLED = """
import sys
sys.path[:] = sys.argv[3:]
import pygraphviz
graph = pygraphviz.AGraph(string=sys.stdin.buffer.read().decode())
if sys.argv[2] != "0":
    graph.graph_attr["dpi"] = sys.argv[2]
sys.stdout.buffer.write(graph.draw(format=sys.argv[1], prog="dot"))
"""
WAYS_OUT = 'pip install "microgrid[draw]", or install the graphviz package of your system (its `dot` on PATH)'


class RenderError(RuntimeError):
    """No picture could be made; the message says why, and the way out."""


class NoRenderer(RenderError):
    """Nothing that works is installed to draw this format with."""


class DiagramWarning(UserWarning):
    """The picture is not quite what was asked for; the message says how it differs."""


@dataclass(frozen=True, slots=True)
class Engine:
    """A program that reads DOT on stdin: how it is called, and what it is called in messages."""

    name: str
    program: tuple[str, ...]
    formats: tuple[Format, ...] = get_args(Format)

    def command(self, format: Format, dpi: int) -> list[str]:
        """The command line for one picture; dpi 0 is the format's own."""
        if self.name == "pygraphviz":
            return [*self.program, format, str(dpi), *sys.path]
        return [*self.program, f"-T{format}", *([f"-Gdpi={dpi}"] if dpi else [])]


# Those that failed on a graph of one node, so as not to wait for them again.
_broken: set[tuple[Engine, Format]] = set()


def engines() -> Iterator[Engine]:
    """What can draw here, best first."""
    if exe := shutil.which("dot"):
        yield Engine("dot", (exe,))
    if sys.executable and importlib.util.find_spec("pygraphviz"):
        yield Engine("pygraphviz", (sys.executable, "-c", _BUNDLED))
    if exe := shutil.which("graphviz-pure", path=_beside_python()):
        yield Engine("graphviz-pure", (exe,), ("svg", "png"))


def _beside_python() -> str:
    # A virtual environment's programs are not on PATH when its Python is called by its full name.
    return os.pathsep.join(filter(None, (os.environ.get("PATH", ""), os.path.dirname(sys.executable))))


def render(dot: str, format: str, *, timeout: float = TIMEOUT, dpi: int | None = None) -> bytes:
    """The picture of `dot` in a format of svg, png, pdf.

    NoRenderer if nothing can draw here; RenderError if Graphviz fails on this graph, or takes over `timeout` seconds.
    """
    if format not in get_args(Format):
        raise ValueError(f"format {format!r}: expected one of {', '.join(get_args(Format))}")
    chosen = cast(Format, format)
    if chosen == "png" and dpi is None:
        dpi = png_dpi(render(dot, "svg", timeout=timeout))
    failures = []
    for engine in engines():
        if chosen not in engine.formats or (engine, chosen) in _broken:
            continue
        picture, failure = _attempt(engine, dot, chosen, timeout, dpi or 0)
        if picture is not None:
            return picture
        failures.append(f"{engine.name}: {failure}")
        if _works(engine, chosen, timeout):
            raise RenderError(f"Graphviz could not draw this graph ({'; '.join(failures)})")
        _broken.add((engine, chosen))
    why = f"what is installed does not work ({'; '.join(failures)})" if failures else _nothing(chosen)
    raise NoRenderer(f"no Graphviz to draw {format} with: {why}; {WAYS_OUT}")


def _nothing(format: Format) -> str:
    broken = sorted({e.name for e, f in _broken if f == format})
    return f"{', '.join(broken)} failed before" if broken else "neither `dot` nor pygraphviz was found"


def png_dpi(svg: bytes) -> int:
    """The resolution at which this picture stays within what a PNG may have: at most 144 dots per inch."""
    size = re.search(rb'<svg[^>]*?width="([\d.]+)pt"[^>]*?height="([\d.]+)pt"', svg)
    if not size:
        return _DPI
    width, height = (max(float(s), 1.0) / 72 for s in size.groups())
    return max(1, int(min(_DPI, _SIDE / max(width, height), (_PIXELS / (width * height)) ** 0.5)))


def _works(engine: Engine, format: Format, timeout: float) -> bool:
    """Whether the engine can draw anything at all: if so, its failure is the graph's."""
    return _attempt(engine, "digraph { a [label=<<B>a</B>>] }", format, min(timeout, 10), 0)[0] is not None


def _attempt(engine: Engine, dot: str, format: Format, timeout: float, dpi: int) -> tuple[bytes | None, str]:
    """The verified picture, or None and the reason."""
    try:
        code, out, err = _run(engine.command(format, dpi), dot.encode(), timeout)
    except subprocess.TimeoutExpired:
        return None, f"not done after {timeout:g} s"
    except OSError as e:
        return None, f"cannot be run: {e.strerror or e}"
    said = err.decode(errors="replace").strip()
    if code:
        how = f"killed by signal {-code}" if code < 0 else f"exit code {code}"
        return None, f"{how}{': ' if said else ''}{said[-300:]}"
    if trouble := _TROUBLE.search(said):
        return None, f"said {said[max(0, trouble.start() - 40) :][:300]!r}"
    if not out.startswith(_HEAD[format]) or _TAIL[format] not in out[-64:]:
        return None, f"exit code 0, but {len(out)} bytes that are no whole {format.upper()}"
    return out, ""


def _run(command: list[str], given: bytes, timeout: float) -> tuple[int, bytes, bytes]:
    """subprocess.run, except that a timeout ends the children's children too: they would keep the pipes open."""
    own_group = os.name == "posix"
    child = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=own_group
    )
    try:
        out, err = child.communicate(given, timeout)
    except BaseException:
        if own_group:
            os.killpg(child.pid, signal.SIGKILL)
        else:
            child.kill()
        child.communicate()
        raise
    return child.returncode, out, err
