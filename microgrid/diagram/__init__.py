"""Pictures of computational graphs: plain cards in; DOT, SVG, PNG, PDF and one HTML page out.

Nothing here knows about Tensors: whoever has a graph, of any kind, fills `Card`s and `Scope`s for a `Diagram`.
"""

from microgrid.diagram.cards import Card, Header, Scope, Verdict
from microgrid.diagram.diagram import Diagram
from microgrid.diagram.renderer import DiagramWarning, RenderError, render
from microgrid.diagram.summary import Summary, summarize

__all__ = [
    "Card",
    "Diagram",
    "DiagramWarning",
    "Header",
    "RenderError",
    "Scope",
    "Summary",
    "Verdict",
    "render",
    "summarize",
]
