"""Einstein's summation, of any form; its gradient is one too."""

from __future__ import annotations

import functools
import math
import string
from collections.abc import Sequence
from typing import Any

import numpy as np

from ...core.primitive import primitive
from ...core.tensor import Tensor
from ..composition import composed
from ..elementwise.arithmetic import Array
from ..shapes.shape import astype, broadcast_to, filled

__all__ = ["einsum", "einsum_path", "tensordot"]

LETTERS = string.ascii_uppercase + string.ascii_lowercase  # in the order of the numbers of sublists
added: Any = np.add.reduce
SMALL = 4096  # products: where NumPy's own loop takes less time than preparing matrix products


# ------------------------------------------------------------------------------------------------ how it is written


@functools.lru_cache(1024)
def explicit(subscripts: str, ranks: tuple[int, ...]) -> str:
    """The subscripts with the result's written out and letters for each `...`.

    Raises ValueError for subscripts that do not fit the operands."""
    text = subscripts.replace(" ", "")
    left, arrow, right = text.partition("->")
    terms = left.split(",")
    if len(terms) != len(ranks):
        raise ValueError(f"einsum: {subscripts!r} names {len(terms)} operands, {len(ranks)} were given")
    if wrong := set(text.replace("->", "").replace("...", "")) - {*LETTERS, ","}:
        raise ValueError(f"einsum: {subscripts!r} holds {sorted(wrong)[0]!r}; letters, ',', '...' and '->' are known")
    free = [c for c in LETTERS if c not in text]
    most = 0
    for k, (term, rank) in enumerate(zip(terms, ranks, strict=True)):
        named, dots = len(term.replace("...", "")), "..." in term
        if rank < named or (rank > named and not dots):
            raise ValueError(
                f"einsum: operand {k} has {rank} axes, {subscripts!r} names {named} of it"
                + ("" if dots else "; write ... for axes that are not named")
            )
        most = max(most, rank - named if dots else 0)
    if most > len(free):
        raise ValueError(f"einsum: {subscripts!r} needs more than {len(LETTERS)} letters")
    every = "".join(free[:most])
    spread = [
        t.replace("...", every[most - (rank - len(t) + 3) :] if rank > len(t) - 3 else "")
        for t, rank in zip(terms, ranks, strict=True)
    ]
    if not arrow:
        given = "".join(terms).replace(".", "")
        right = "..." + "".join(c for c in sorted(set(given)) if given.count(c) == 1)
    out = right.replace("...", every)
    for c in out:
        if out.count(c) > 1:
            raise ValueError(f"einsum: the result of {subscripts!r} names {c!r} twice; each of its axes has one letter")
        if not any(c in t for t in spread):
            raise ValueError(f"einsum: the result of {subscripts!r} names {c!r}, which no operand has")
    return f"{','.join(spread)}->{out}"


def _sublists(operands: Sequence[Any]) -> tuple[str, list[Any]]:
    """(subscripts, operands) of the form einsum(x, [0, 1], y, [1, 2], [0, 2])."""

    def term(labels: Any) -> str:
        return "".join("..." if c is Ellipsis else LETTERS[int(c)] for c in labels)

    several = len(operands) // 2
    terms = [term(operands[2 * k + 1]) for k in range(several)]
    right = "->" + term(operands[-1]) if len(operands) % 2 else ""
    return ",".join(terms) + right, [operands[2 * k] for k in range(several)]


# ------------------------------------------------------------------------------------------------ how it is computed


def _alone(x: Array, labels: str, wanted: str) -> tuple[Array, str]:
    """Diagonals taken where a label repeats, and summed over the labels that nobody wants."""
    once = "".join(dict.fromkeys(labels))
    if once != labels:
        x = np.einsum(f"{labels}->{once}", x)
    axes = tuple(k for k, c in enumerate(once) if c not in wanted)
    return (added(x, axes), "".join(c for c in once if c in wanted)) if axes else (x, once)


def _pair(x: Array, a: str, y: Array, b: str, out: str) -> Array:
    """Two operands as one product of matrices, batched where a label of the result is in both."""
    ones = {c for c, n in zip(a + b, x.shape + y.shape, strict=True) if n == 1}  # broadcast, if longer in the other
    long = {c for c, n in zip(a + b, x.shape + y.shape, strict=True) if n != 1}
    if ones & long:
        x, a = _squeezed(x, a, ones & long)
        y, b = _squeezed(y, b, ones & long)
    x, a = _alone(x, a, b + out)
    y, b = _alone(y, b, a + out)
    size = {**dict(zip(a, x.shape, strict=True)), **dict(zip(b, y.shape, strict=True))}
    inner = [c for c in a if c in b and c not in out]
    batch = [c for c in out if c in a and c in b]
    rows = [c for c in out if c in a and c not in b]
    columns = [c for c in out if c in b and c not in a]
    if not inner:
        shapes = ([size[c] if c in labels else 1 for c in out] for labels in (a, b))
        u, v = (_laid(z, labels, out).reshape(s) for z, labels, s in zip((x, y), (a, b), shapes, strict=True))
        return u * v
    lead = [size[c] for c in batch]
    n, k, m = (math.prod([size[c] for c in some]) for some in (rows, inner, columns))
    left = _laid(x, a, [*batch, *rows, *inner]).reshape(*lead, n, k)
    right = _laid(y, b, [*batch, *inner, *columns]).reshape(*lead, k, m)
    product = left @ right if lead else left.dot(right)
    order = [*batch, *rows, *columns]
    return _laid(product.reshape([size[c] for c in order]), "".join(order), out)


def _squeezed(x: Array, labels: str, dropped: set[str]) -> tuple[Array, str]:
    axes = tuple(k for k, c in enumerate(labels) if c in dropped and x.shape[k] == 1)
    return x.squeeze(axes), "".join(c for k, c in enumerate(labels) if k not in axes)


def _laid(x: Array, labels: str, order: Sequence[str]) -> Array:
    """x's axes in the order that its labels have there."""
    axes = [labels.index(c) for c in order if c in labels]
    return x if axes == [*range(len(axes))] else x.transpose(axes)


@functools.lru_cache(1024)
def _path(subscripts: str, shapes: tuple[tuple[int, ...], ...], optimize: Any) -> list[tuple[int, ...]]:
    nothing = [np.broadcast_to(0.0, s) for s in shapes]
    how = list(optimize) if isinstance(optimize, tuple) else optimize
    return np.einsum_path(subscripts, *nothing, optimize=how)[0][1:]


def _einsum_clash(*shapes: tuple[int, ...], subscripts: str, optimize: Any) -> str | None:
    size: dict[str, int] = {}
    for k, (term, shape) in enumerate(zip(subscripts.split("->")[0].split(","), shapes, strict=True)):
        for c, n in zip(term, shape, strict=True):
            if n != size.setdefault(c, n) and 1 not in (n, size[c]):
                return f"label {c!r} is {size[c]} long, but {n} in operand {k} {shape}"
            size[c] = max(size[c], n)
    return None


def _led(kw: dict[str, Any], x: tuple[int, ...], out: tuple[int, ...]) -> dict[str, Any] | None:
    """The subscripts with one more leading label everywhere."""
    text = kw["subscripts"]
    c = next((c for c in LETTERS if c not in text), None)
    return None if c is None else {**kw, "subscripts": c + text.replace(",", f",{c}").replace("->", f"->{c}")}


@primitive(name="einsum", symbol="Σ", formula="Σ {subscripts}", latex=r"\sum {xs}", torch="einsum", broadcasts=True,
           batched=_led, explain=_einsum_clash)  # fmt: skip
def contracted(*xs: Array, subscripts: str, optimize: Any = None) -> Array:
    """Sum over the products of the operands' elements, as the subscripts say: `ab,bc->ac` is a product of matrices."""
    plain = all(type(x) is np.ndarray and x.dtype.char in "fd" for x in xs)
    if not plain or (len(xs) > 1 and math.prod([x.size for x in xs]) <= SMALL):
        value = np.einsum(subscripts, *xs)
        return np.array(value) if len(xs) == 1 and type(value) is np.ndarray else value  # it may be a view
    left, out = subscripts.split("->")
    terms, operands = left.split(","), list(xs)
    if _einsum_clash(*(x.shape for x in xs), subscripts=subscripts, optimize=optimize):
        raise ValueError("sizes differ")
    if len(operands) == 1:
        value, labels = _alone(operands[0], terms[0], out)
        value = _laid(value, labels, out)
        return value.copy() if np.may_share_memory(value, operands[0]) else value
    path: list[tuple[int, ...]] = [(0, 1)]
    if len(operands) > 2:
        path = _path(subscripts, tuple(x.shape for x in xs), optimize or "greedy")
    for places in path:
        taken = [(operands.pop(k), terms.pop(k)) for k in sorted(places, reverse=True)]
        while len(taken) > 1:
            (x, a), (y, b) = taken.pop(), taken.pop()
            rest = "".join([*terms, out, *(t for _, t in taken)])
            last = not (operands or taken)
            kept = out if last else "".join(c for c in dict.fromkeys(a + b) if c in rest)
            taken.append((_pair(x, a, y, b, kept), kept))
        operands.append(taken[0][0])
        terms.append(taken[0][1])
    return operands[0]


def _einsum_rule(g: Array, i: int, xs: Sequence[Array], subscripts: str) -> Array:
    """Σ of g and the other operands, with xᵢ's labels for the result's; repeated along what xᵢ alone was summed over"""
    left, out = subscripts.split("->")
    terms = left.split(",")
    own, x = terms[i], xs[i]
    factors, labels = [g, *xs[:i], *xs[i + 1 :]], [out, *terms[:i], *terms[i + 1 :]]
    free = iter(c for c in LETTERS if c not in subscripts)
    for k, c in enumerate(own):
        if c in own[:k]:  # a diagonal was taken: zeros beside it
            own = own[:k] + next(free) + own[k + 1 :]
            factors.append(np.eye(x.shape[k], dtype=x.dtype))
            labels.append(c + own[k])
    there = "".join(labels)
    r = contracted(*factors, subscripts=f"{','.join(labels)}->{''.join(c for c in own if c in there)}")
    if r.shape == x.shape:
        return r
    sizes = iter(r.shape)
    shape = tuple(next(sizes) if c in there else 1 for c in own)
    full = tuple(n if m == 1 else m for m, n in zip(shape, x.shape, strict=True))  # of 1 and more, the engine sums
    r = r.reshape(shape)
    return r if shape == full else broadcast_to(r, shape=full) if isinstance(r, Tensor) else filled(r, full)


contracted.gradients(each=_einsum_rule)


# ------------------------------------------------------------------------------- composed of the above: no primitive


@composed(np.einsum)
def einsum(*operands: Any, optimize: Any = None, dtype: Any = None) -> Any:
    """Einstein's summation: einsum("ij,jk->ik", x, y), with or without `->`, with `...`, with a label twice; or with
    lists of numbers for labels, einsum(x, [0, 1], y, [1, 2], [0, 2]). Axes of size 1 broadcast.

    optimize: in which order more than two operands are multiplied: True, "greedy", "optimal", or a path of
    einsum_path.
    Raises ValueError for subscripts that do not fit the operands.
    """
    if not operands:
        raise ValueError("einsum: nothing given; write einsum('ij,jk->ik', x, y)")
    if isinstance(operands[0], str):
        subscripts, *several = operands
        if len(several) == 1 and isinstance(several[0], list | tuple) and any(hasattr(x, "dtype") for x in several[0]):
            several = list(several[0])  # a list of the operands, as Torch takes
    else:
        subscripts, several = _sublists(operands)
    xs = [x if isinstance(x, Tensor) else np.asarray(x) for x in several]
    if dtype is not None:
        xs = [astype(x, dtype) for x in xs]
    if not xs:
        raise ValueError("einsum: no operands given")
    written = explicit(subscripts, tuple([x.ndim for x in xs]))
    if optimize is None or optimize is False:
        return contracted(*xs, subscripts=written)
    if isinstance(optimize, list | tuple):
        optimize = tuple(step if isinstance(step, str | int) else tuple(step) for step in optimize)
    return contracted(*xs, subscripts=written, optimize="greedy" if optimize is True else optimize)


@composed(np.einsum_path)
def einsum_path(*operands: Any, optimize: Any = "greedy") -> Any:
    """In which order np.einsum_path would contract the operands, and what it costs, in words."""
    return np.einsum_path(*(x.numpy() if isinstance(x, Tensor) else x for x in operands), optimize=optimize)


@composed(np.tensordot, np.linalg.tensordot)
def tensordot(x: Any, y: Any, axes: Any = 2) -> Any:
    """Sum of products over pairs of axes: the last `axes` of x with the first of y, or those that two lists name. An
    axis of size 1 broadcasts, as in Torch.

    Raises ValueError for axes whose sizes differ."""
    x, y = (z if isinstance(z, Tensor) else np.asarray(z) for z in (x, y))
    if isinstance(axes, int | np.integer):
        over, with_ = [*range(x.ndim - int(axes), x.ndim)], [*range(int(axes))]
    else:
        over, with_ = ([int(k) for k in (a if np.ndim(a) else [a])] for a in axes)
    if len(over) != len(with_):
        raise ValueError(f"tensordot: axes {over} of x and {with_} of y; as many of one as of the other are needed")
    if not all(-z.ndim <= k < z.ndim for z, axes in ((x, over), (y, with_)) for k in axes):
        raise ValueError(f"tensordot: axes {over} of x {x.shape} and {with_} of y {y.shape}; x or y has not so many")
    for p, q in zip(over, with_, strict=True):
        if x.shape[p] != y.shape[q] and 1 not in (x.shape[p], y.shape[q]):
            raise ValueError(
                f"tensordot: axis {p} of x {x.shape} and axis {q} of y {y.shape} are paired, but sizes "
                f"{x.shape[p]} and {y.shape[q]} differ"
            )
    return contracted(x, y, subscripts=_paired(x.ndim, y.ndim, tuple(over), tuple(with_)))


@functools.lru_cache(1024)
def _paired(m: int, n: int, over: tuple[int, ...], with_: tuple[int, ...]) -> str:
    a, b = list(LETTERS[:m]), list(LETTERS[m : m + n])
    for p, q in zip(over, with_, strict=True):
        b[q] = a[p]
    out = [c for c in a if c not in b] + [c for c in b if c not in a]
    return f"{''.join(a)},{''.join(b)}->{''.join(out)}"
