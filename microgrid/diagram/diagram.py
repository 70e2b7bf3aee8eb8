"""A diagram: cards laid out when a picture is asked for, kept, saved and shown."""

from __future__ import annotations

import errno
import os
import tempfile
import webbrowser
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, get_args

from microgrid.diagram import ladder, page
from microgrid.diagram.cards import Card, Header, Scope, check
from microgrid.diagram.fold import Graph, fold, shorten, starting_closed, unbroken
from microgrid.diagram.labels import clean
from microgrid.diagram.layout import Direction, Style, Theme, dot_text
from microgrid.diagram.renderer import TIMEOUT, RenderError

SUFFIXES = (".svg", ".png", ".pdf", ".html", ".dot")
_NOTEBOOK = 2_000_000  # bytes of SVG that a notebook is given


class Diagram:
    """The picture of a computational graph: properties `dot`, `svg`, `html`; `save(path)`; shows itself in a notebook.

    cards: in order of creation, inputs first. scopes: layers, which may nest; those that would make more than `limit`
    cards are folded, deepest first. ValueError if ids clash or inputs are unknown.
    """

    def __init__(
        self, cards: Sequence[Card], scopes: Sequence[Scope] = (), header: Header | None = None, *,
        direction: Direction = "TB", theme: Theme = "light", limit: int = 150, timeout: float = TIMEOUT,
    ) -> None:  # fmt: skip
        if direction not in get_args(Direction):
            raise ValueError(f'direction {direction!r}: expected "TB" (downwards) or "LR" (to the right)')
        if theme not in get_args(Theme):
            raise ValueError(f'theme {theme!r}: expected "light" or "dark"')
        if limit < 4:
            raise ValueError(f"limit {limit}: expected at least 4 cards")
        check(cards, scopes)
        self.cards, self.scopes, self.header = tuple(cards), tuple(scopes), header or Header()
        self._style, self._limit, self._timeout = Style(direction, theme), limit, timeout

    @cached_property
    def _whole(self) -> Graph:
        return unbroken(self.cards, self.scopes)

    @cached_property
    def _closed(self) -> frozenset[str]:
        return frozenset(starting_closed(*self._whole, self._limit))

    @cached_property
    def _drawn(self) -> Graph:
        """What is laid out: at most `limit` cards."""
        return shorten(*fold(*self._whole, self._closed), self._limit)

    @cached_property
    def _count(self) -> int:
        """How many cards there would be if all were drawn; one may stand for many that were left out from the start."""
        return sum(c.operations if c.kind == "left out" else 1 for c in self.cards)

    @cached_property
    def _note(self) -> str:
        """What was left out, in words; nothing if all is drawn."""
        drawn = len(self._drawn[0])
        if drawn == self._count:
            return ""
        folded = "layers folded" if self._closed else ""
        shortened = "the middle left out" if any(c.kind == "left out" for c in self._drawn[0]) else ""
        return f"{self._count:,} cards shown as {drawn:,}: {', '.join(filter(None, (folded, shortened)))}"

    @cached_property
    def dot(self) -> str:
        """DOT text, the same for the same cards."""
        return dot_text(*self._drawn, self.header, self._style, self._note)

    @cached_property
    def svg(self) -> str:
        """A picture that stands alone. RenderError where nothing can draw."""
        return self._picture("svg").decode()

    @cached_property
    def html(self) -> str:
        """One self-contained page; without a renderer, its table of cards."""
        # A graph whose middle is left out cannot be unfolded, a huge one makes a huge page: then what is drawn is all.
        cut = any(c.kind == "left out" for c in self._drawn[0]) or len(self.cards) > ladder.MOST
        cards, scopes = self._drawn if cut else self._whole
        content = page.Content(
            cards, scopes, frozenset() if cut else self._closed, self.header, self._view, self._style.theme, self._note
        )
        return page.html(content)

    def _picture(self, format: str) -> bytes:
        return ladder.draw(*self._drawn, self.header, self._style, format, note=self._note, timeout=self._timeout)

    def _view(self, cards: Sequence[Card], scopes: Sequence[Scope]) -> str:
        # The page turns light colours into dark ones itself.
        style = Style(self._style.direction)
        return ladder.draw(cards, scopes, self.header, style, "svg", timeout=self._timeout).decode()

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the picture; the suffix of `path` says in which format. The file is whole or not there.

        ValueError for an unknown suffix, OSError where nothing can be written, RenderError where nothing can draw.
        """
        target = Path(path)
        suffix = target.suffix.lower()
        if suffix not in SUFFIXES:
            known = " ".join(SUFFIXES)
            raise ValueError(f"{str(target)!r}: suffix {suffix!r} names no format; expected one of {known}")
        part = _beside(target)
        try:
            part.write_bytes(self._bytes(suffix))
            os.replace(part, target)
        finally:
            part.unlink(missing_ok=True)
        return target

    def _bytes(self, suffix: str) -> bytes:
        if suffix in (".png", ".pdf"):
            return self._picture(suffix[1:])
        text: str = getattr(self, suffix[1:])
        return text.encode()

    def show(self) -> Path:
        """Open the page in a browser. Returns the temporary file, which stays."""
        handle, name = tempfile.mkstemp(prefix="microgrid-", suffix=".html")
        with os.fdopen(handle, "w", encoding="utf-8") as f:
            f.write(self.html)
        webbrowser.open(Path(name).as_uri())
        return Path(name)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """SVG and text for a notebook; never HTML, which wins over SVG even where scripts are stripped."""
        try:
            svg = self.svg
        except RenderError as e:
            return {"text/plain": f"{self!r}\nno picture: {e}"}
        if len(svg) > _NOTEBOOK:
            size = f"{len(svg) / 1e6:.1f} MB of SVG are too much for a notebook"
            hint = f'{size}: .save("graph.html"), or a smaller limit'
            return {"text/plain": f"{self!r}\n{hint}"}
        return {"image/svg+xml": svg, "text/plain": repr(self)}

    def __repr__(self) -> str:
        title = f": {clean(self.header.title, 40)}" if self.header.title else ""
        return f"<Diagram of {self._count:,} cards{title}>"


def _beside(target: Path) -> Path:
    """An empty file in the target's folder, to be moved onto it. OSError if that cannot be."""
    part = target.with_name(f".{target.name[:100]}.{os.getpid()}.part")
    if target.is_dir():
        raise OSError(errno.EISDIR, "this is a folder; expected the path of a file in it", str(target))
    if not target.parent.is_dir():
        why = f"there is no folder {str(target.parent)!r}; make it first, or save elsewhere"
        raise OSError(errno.ENOENT, why, str(target))
    if target.exists() and not os.access(target, os.W_OK):
        raise OSError(errno.EACCES, "this file may not be written; save elsewhere", str(target))
    try:
        part.touch()
    except OSError as e:
        why = f"cannot write in {str(target.parent)!r} ({e.strerror}); save elsewhere"
        raise OSError(e.errno or errno.EACCES, why, str(target)) from e
    return part
