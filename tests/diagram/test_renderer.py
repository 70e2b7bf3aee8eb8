"""The renderer: what draws, what is believed, what is given up, and what is said."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest

import microgrid.diagram.renderer as rendering
from microgrid.diagram import Card, Diagram, DiagramWarning, RenderError, render
from microgrid.diagram.renderer import NoRenderer, png_dpi
from tests.diagram.exercise_cards import diagram

GOOD = "digraph { a [label=<<B>a</B>>]; a -> b }"
posix = pytest.mark.skipif(os.name != "posix", reason="the fake `dot` is a shell script")

Fake = Callable[[str], Path]


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """What one test found broken is not known to the next."""
    monkeypatch.setattr(rendering, "_broken", set())


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fake:
    """Puts a `dot` that runs the given shell lines alone on PATH."""

    def make(script: str) -> Path:
        path = tmp_path / "bin" / "dot"
        path.parent.mkdir()
        path.write_text("#!/bin/sh\nPATH=/usr/bin:/bin\n" + script)
        path.chmod(0o755)
        monkeypatch.setenv("PATH", str(path.parent))
        return path

    return make


@pytest.fixture
def only_dot(monkeypatch: pytest.MonkeyPatch) -> None:
    """No other renderer than the `dot` on PATH."""
    find = rendering.importlib.util.find_spec
    monkeypatch.setattr(
        rendering.importlib.util, "find_spec", lambda name, *a: None if name == "pygraphviz" else find(name, *a)
    )
    monkeypatch.setattr(rendering, "_beside_python", lambda: "")


def silent_broken(script: str) -> str:
    return f"cat > /dev/null\n{script}\n"


BROKEN = {
    "hangs": silent_broken("sleep 60"),
    "crashes": silent_broken("kill -SEGV $$"),
    "fails": silent_broken("echo 'Format: \"svg\" not recognized' >&2; exit 1"),
    "says nothing": silent_broken("exit 0"),
    "is cut short": silent_broken('printf \'<?xml version="1.0"?><svg width="9pt" height="9pt"><g\''),
    "is in trouble": silent_broken("echo 'trouble in init_rank' >&2; echo '<svg></svg>'"),
    "reads nothing": "exit 0",
    "writes without end": "exec head -c 30000000 /dev/zero",
}


@posix
@pytest.mark.parametrize("script", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_dot_is_replaced_by_the_bundled_graphviz(fake: Fake, script: str) -> None:
    """Whatever `dot` does, the picture comes from pygraphviz, in time."""
    pytest.importorskip("pygraphviz", reason="the bundled Graphviz is not installed")
    fake(script)
    start = time.perf_counter()
    assert render(GOOD, "svg", timeout=3).count(b'class="node"') == 2
    assert time.perf_counter() - start < 20


@posix
@pytest.mark.parametrize("script", BROKEN.values(), ids=BROKEN.keys())
@pytest.mark.usefixtures("only_dot")
def test_a_broken_dot_alone_is_an_error_that_says_the_way_out(fake: Fake, script: str) -> None:
    """Never a blank or truncated picture."""
    fake(script)
    with pytest.raises(NoRenderer, match=r'pip install "microgrid\[draw\]", or install the graphviz package'):
        render(GOOD, "svg", timeout=1)


@pytest.mark.usefixtures("only_dot")
def test_no_renderer_at_all(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """DOT and the page's table work; pictures say what to install; a notebook gets text."""
    monkeypatch.setenv("PATH", str(tmp_path))
    drawn = diagram()
    for suffix in ("svg", "png", "pdf"):
        with pytest.raises(NoRenderer, match="neither `dot` nor pygraphviz was found"):
            drawn.save(tmp_path / f"x.{suffix}")
    assert list(tmp_path.iterdir()) == []
    page = drawn.save(tmp_path / "x.html").read_text(encoding="utf-8")
    assert (
        page.count("<tr data-id=") == 13
        and "microgrid[draw]" in page
        and 'id="list" role="region" aria-label="Cards as a table" tabindex="0">' in page
    )
    assert drawn.save(tmp_path / "x.dot").read_text(encoding="utf-8") == drawn.dot
    assert (
        set(drawn._repr_mimebundle_()) == {"text/plain"}
        and "microgrid[draw]" in drawn._repr_mimebundle_()["text/plain"]
    )


@pytest.mark.parametrize(("format", "magic"), [("svg", b"<?xml"), ("png", b"\x89PNG"), ("pdf", b"%PDF")])
def test_bundled_graphviz(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, format: str, magic: bytes) -> None:
    """With nothing on PATH, pygraphviz's own Graphviz draws every format."""
    pytest.importorskip("pygraphviz", reason="the bundled Graphviz is not installed")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert render(diagram().dot, format).startswith(magic)
    assert diagram().svg.count('id="card_') == 13


def test_engines_agree_on_what_is_drawn(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The same cards, layers, edges and end-anchored texts from either Graphviz."""
    pytest.importorskip("pygraphviz", reason="the bundled Graphviz is not installed")
    shutil.which("dot") or pytest.skip("no `dot` on PATH to compare with")
    marks = ['id="card_', 'id="scope_', 'id="edge_', 'text-anchor="end"']
    first = diagram().svg
    monkeypatch.setenv("PATH", str(tmp_path))
    second = diagram().svg
    assert first != second and [first.count(m) for m in marks] == [second.count(m) for m in marks]
    assert first.count('text-anchor="end"') == 36 and first.count('id="edge_') == 12


@posix
def test_a_graph_that_defeats_graphviz_is_drawn_more_simply_and_says_so(fake: Fake) -> None:
    """Clusters crash this `dot`: the picture comes without them, with a warning and a line in it."""
    real = shutil.which("dot") or pytest.skip("no `dot` on PATH to wrap")
    fake(f'in=$(cat)\ncase "$in" in *cluster_*) exit 1;; esac\nprintf \'%s\' "$in" | {real} "$@"\n')
    with pytest.warns(DiagramWarning, match="layers not boxed"):
        svg = diagram().svg
    assert svg.count('id="card_') == 13 and 'id="scope_' not in svg and "layers not boxed" in svg


@posix
def test_a_graph_that_defeats_every_layout_is_an_error(fake: Fake) -> None:
    """The way out: DOT, the page, a smaller limit; the page itself falls back to its table."""
    real = shutil.which("dot") or pytest.skip("no `dot` on PATH to wrap")
    fake(f'in=$(cat)\ncase "$in" in *microgrid*) exit 1;; esac\nprintf \'%s\' "$in" | {real} "$@"\n')
    with pytest.raises(RenderError, match=r"Save \.dot, or \.html"):
        _ = diagram().svg
    assert "No picture:" in diagram().html


def test_malformed_dot_is_an_error() -> None:
    """A syntax error is no picture."""
    for bad in ("digraph {", "digraph { a [label=<<B>x>] }", ""):
        with pytest.raises(RenderError):
            render(bad, "svg")


def test_an_unknown_format_is_refused_before_it_can_crash_anything() -> None:
    """pygraphviz segfaults after an unknown format."""
    with pytest.raises(ValueError, match="expected one of svg, png, pdf"):
        render(GOOD, "webp")


def test_a_png_is_kept_within_bounds() -> None:
    """Resolution falls with size."""
    assert png_dpi(b'<svg width="700pt" height="1500pt"') == 144
    assert png_dpi(b'<svg width="700pt" height="60000pt"') == 36
    assert png_dpi(b'<svg width="20000pt" height="20000pt"') == 27


def test_a_long_png_says_that_it_was_shrunk(tmp_path: Path) -> None:
    """In a warning and in the picture."""
    cards = [Card(f"c{k}", "op", inputs=[f"c{k - 1}"] if k else []) for k in range(600)]
    with pytest.warns(DiagramWarning, match="dots per inch"):
        Diagram(cards, limit=600).save(tmp_path / "x.png")
    assert (tmp_path / "x.png").stat().st_size > 100_000


def test_too_many_cards_are_refused() -> None:
    """2,000 at most, even when asked."""
    cards = [Card(f"c{k}", "op") for k in range(2001)]
    with pytest.raises(RenderError, match="2,001 cards"):
        _ = Diagram(cards, limit=5000).svg


def test_import_is_light() -> None:
    """Neither graphviz nor pygraphviz is imported until something is drawn, and then only in a child."""
    code = "import sys, microgrid.diagram; assert not {'graphviz', 'pygraphviz', 'torch'} & set(sys.modules)"
    root = Path(__file__).parents[2]
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True, cwd=root)


# ------------------------------------------------------------------------------------------------------- Diagram


@pytest.mark.parametrize("suffix", [".svg", ".PNG", ".pdf", ".html", ".dot"])
def test_save_by_suffix(tmp_path: Path, suffix: str) -> None:
    """Returns the path; nothing else is left behind; without a warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        path = diagram().save(tmp_path / f"x{suffix}")
    assert path.stat().st_size > 1000 and list(tmp_path.iterdir()) == [path]


def test_save_replaces_whole_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A failure leaves the file that was there."""
    old = tmp_path / "x.svg"
    old.write_text("old")
    monkeypatch.setattr(rendering, "engines", lambda: iter(()))
    with pytest.raises(RenderError):
        diagram().save(old)
    assert old.read_text() == "old" and list(tmp_path.iterdir()) == [old]


def test_unknown_suffixes_are_refused(tmp_path: Path) -> None:
    """The known ones are named."""
    for name in ("x.webp", "x", "x.svg.gz", "svg"):
        with pytest.raises(ValueError, match=r"\.svg \.png \.pdf \.html \.dot"):
            diagram().save(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_unwritable_paths_say_the_way_out(tmp_path: Path) -> None:
    """A missing folder, a folder in place of a file, a file in place of a folder."""
    (tmp_path / "folder.svg").mkdir()
    (tmp_path / "file").write_text("")
    for path, message in [
        ("no/x.svg", "make it first"),
        ("folder.svg", "expected the path of a file"),
        ("file/x.svg", "make it first"),
    ]:
        with pytest.raises(OSError, match=message):
            diagram().save(tmp_path / path)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder(tmp_path: Path) -> None:
    """PermissionError, before anything is drawn."""
    tmp_path.chmod(0o500)
    with pytest.raises(PermissionError, match="save elsewhere"):
        diagram().save(tmp_path / "x.svg")


def test_notebook_gets_svg_and_text_never_html() -> None:
    """HTML would win over SVG, even where its script is stripped."""
    assert set(diagram()._repr_mimebundle_()) == {"image/svg+xml", "text/plain"}
    assert repr(diagram()) == "<Diagram of 13 cards: Exercise 3: 3 → 4 → 2 with dropout>"


def test_a_notebook_is_spared_megabytes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Over the limit there is text and a hint."""
    monkeypatch.setattr("microgrid.diagram.diagram._NOTEBOOK", 1000)
    bundle = diagram()._repr_mimebundle_()
    assert set(bundle) == {"text/plain"} and "MB of SVG" in bundle["text/plain"]


def test_show_opens_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that the browser is sent to."""
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    path = diagram().show()
    assert opened == [path.as_uri()] and path.read_text(encoding="utf-8").startswith("<!doctype html>")
    path.unlink()


def test_svg_stands_alone() -> None:
    """Attributes only: notebooks show it as an image. Each lane has its arrowhead; nothing is loaded."""
    svg = diagram().svg
    for foreign in ("<style", "<script", "<a ", "<image", "var(--", "class=MsoNormal", "url("):
        assert foreign not in svg
    assert svg.count("http") == svg.count("http://www.w3.org/") and "<title>Exercise 3" in svg and 'role="img"' in svg


def test_the_exercise_page_is_small() -> None:
    """Under 300 KB with every state of its layers."""
    assert len(diagram().html.encode()) < 300_000
