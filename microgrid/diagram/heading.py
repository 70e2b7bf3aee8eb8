"""What stands above a recorded graph's picture: what it is, how large, and what must be known before it is believed."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from microgrid.core.node import Node
from microgrid.diagram.cards import Header, Tone
from microgrid.diagram.labels import clean, number
from microgrid.diagram.words import given_name, title
from microgrid.graphs import Graph

Facts = list[tuple[str, Tone]]


def header(
    graph: Graph, given: str, called: str, check: Any, annotations: Mapping[Node, Any], trouble: Facts,
    born: Node | None = None,
) -> Header:  # fmt: skip
    """Title, sizes and facts."""
    if not graph.nodes:
        return Header(given or "Empty graph")
    out = graph.outputs[0]
    what = given or _module(graph) or ("" if called in ("", "<lambda>") else called) or given_name(graph, out)
    what = what or (title(out) or "Tensor")
    widths = "" if given else " → ".join(map(str, layer_sizes(graph)))
    facts = [*_outcome(graph, born), *_checked(check, annotations), *trouble]
    return Header(": ".join(filter(None, (what, widths))), _sizes(graph), facts)


def _sizes(graph: Graph) -> str:
    parameters = sum(int(np.prod(n.shape)) for n in graph.inputs if n.need)
    made = sum(n.op is not None and n.op.name != "output" for n in graph)
    said = [str(graph.outputs[0].dtype)]
    said += [f"{parameters:,} parameter{'s' * (parameters != 1)}"] if parameters else []
    said += [f"{made:,} operation{'s' * (made != 1)}"] if made else []
    return " · ".join(said)


def _module(graph: Graph) -> str:
    """The kind of the one module that the computation runs through; nothing if there are several."""
    outer = {s[0]: None for n in graph if n.op is not None and len(s := graph.scope(n)) > 0}
    kinds = [s.kind for s in outer if s.kind and not s.kind.endswith("Loss")]
    return kinds[0] if len(kinds) == 1 else ""


def layer_sizes(graph: Graph) -> list[int]:
    """The sizes along the products with parameters, 784 → 128 → 10; nothing where they do not make one chain."""
    sizes: list[int] = []
    for n in graph:
        if n.op is None or n.op.name != "matmul":
            continue
        x, w = graph.operands(n)
        while isinstance(w, Node) and w.op is not None and len(w.inputs) == 1:  # a weight's transpose
            w = graph.operands(w)[0]
        if not isinstance(w, Node) or w.op is not None or not isinstance(x, Node) or not x.shape or len(w.shape) != 2:
            return []
        if sizes and sizes[-1] != x.shape[-1]:
            return []
        sizes += [*([] if sizes else [x.shape[-1]]), n.shape[-1] if n.shape else 1]
        if len(sizes) > 8:
            return []
    return sizes


def _outcome(graph: Graph, born: Node | None) -> Facts:
    facts: Facts = []
    out = graph.outputs[0]
    name = given_name(graph, out) or ("loss" if out.need else "value")
    if out.shape == () and out.available and out.dtype.kind in "biuf":
        v = float(np.asarray(out.data))
        facts.append((f"{clean(name, 30)} {f'{v:.6g}'.replace('-', '−') if math.isfinite(v) else number(v)}", "plain"))
    if len(graph.outputs) > 1 and out.need and out.op is not None:
        facts.append((f"gradients of {clean(name, 30)}, the first of {len(graph.outputs)} outputs", "plain"))
    if len(graph) == 1 and out.op is None:
        way = "requires_grad=True, `with mg.record():`, or draw(f, *args)"
        facts.append((f"no history: compute it with {way}", "plain"))
    if born is not None:
        file, line, _ = graph.line(born)
        where = f", {file.replace(chr(92), '/').rpartition('/')[2]}:{line}" if file else ""
        facts.append((f"the first NaN: {clean(graph.name(born), 40)}{where}", "bad"))
    return facts


def first_nan(graph: Graph) -> Node | None:
    """The oldest node that holds a NaN: its inputs hold none."""
    for n in graph:
        values = n.data if n.available else None
        for v in values if isinstance(values, tuple) else (values,):
            if v is not None and v.dtype.kind == "f" and np.isnan(v).any():
                return n
    return None


def _checked(check: Any, annotations: Mapping[Node, Any]) -> Facts:
    if check is None:
        return []
    states = [a.get("state") if isinstance(a, Mapping) else getattr(a, "state", None) for a in annotations.values()]
    counted = re.findall(r"(values|gradients) ([\d,]*\d) of ([\d,]*\d)", str(getattr(check, "verdict", "")))
    if counted:
        facts: Facts = [(f"{what} {ok}/{all} = torch", "good" if ok == all else "bad") for what, ok, all in counted]
    else:
        ok, judged = states.count("ok"), sum(s in ("ok", "wrong", "tainted") for s in states)
        facts = [(f"{ok}/{judged} agree", "good" if ok == judged else "bad")] if judged else []
    if culprits := states.count("wrong"):
        facts.append((f"{culprits} wrong operation{'s' * (culprits > 1)}", "bad"))
    return facts
