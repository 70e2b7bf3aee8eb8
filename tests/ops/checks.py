"""What must hold of a row of the table. Each check raises AssertionError; planted errors go through them too."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import microgrid as mg
from microgrid.core.node import Node
from microgrid.core.primitive import Primitive
from microgrid.core.recorders import wrap
from microgrid.derivatives.rows import rows
from microgrid.ops import primitives
from tests.ops.table import LAYOUTS, Row, Variant, cotangents

DECLARED: dict[str, Primitive] = {op.name: op for op in primitives()}


def listed(out: Any) -> list[Any]:
    """One value or several, as a list."""
    return list(out) if isinstance(out, tuple | list) else [out]


def close(ours: Any, theirs: Any, rtol: float, what: str) -> None:
    """Equal numbers, shape and dtype."""
    assert ours.shape == theirs.shape, f"{what}: shape {ours.shape}, expected {theirs.shape}"
    assert ours.dtype == theirs.dtype, f"{what}: dtype {ours.dtype}, expected {theirs.dtype}"
    finite = np.abs(theirs[np.isfinite(theirs)]) if theirs.dtype.kind == "f" else np.abs(theirs.astype(float))
    np.testing.assert_allclose(
        ours, theirs, rtol=rtol, atol=rtol * max(1.0, finite.max(initial=0.0)), equal_nan=True, err_msg=what
    )


def leaves(variant: Variant, arrays: list[np.ndarray], layout: str = "C") -> list[mg.Tensor]:
    """The inputs as Tensors on the very memory given, those with a gradient as leaves that want one."""
    xs = [mg.asarray(LAYOUTS[layout](a)) for a in arrays]
    for x, i in zip(xs, variant.inputs):
        x.requires_grad = i.gradient
    return xs


def moving(variant: Variant, values: list[Any]) -> list[Any]:
    """Those that carry a gradient."""
    return [v for v, i in zip(values, variant.inputs) if i.gradient]


def grad_of(x: mg.Tensor) -> np.ndarray:
    """Its gradient; zeros where none came."""
    return np.zeros(x.shape, x.dtype) if x.grad is None else x.grad.numpy()


def backward(outs: list[mg.Tensor], us: list[Any], create_graph: bool = False) -> None:
    """The sweep from one output, or from several together."""
    if len(outs) == 1:
        outs[0].backward(us[0], create_graph=create_graph)
    else:
        total = sum((o * u).sum() for o, u in zip(outs, us) if o.requires_grad)
        total.backward(create_graph=create_graph)


def first(row: Row, variant: Variant, arrays: list[np.ndarray], us: list[Any], create_graph: bool = False,
          layout: str = "C") -> list[np.ndarray]:  # fmt: skip
    """The gradients under the cotangents us."""
    xs = leaves(variant, arrays, layout)
    backward(listed(row.call(*xs, **variant.statics)), us, create_graph)
    return [grad_of(x) for x in moving(variant, xs)]


def second(row: Row, variant: Variant, arrays: list[np.ndarray], us: list[np.ndarray], vs: list[np.ndarray]
           ) -> tuple[list[np.ndarray], list[np.ndarray]]:  # fmt: skip
    """The gradients of Σ v · (gradient under u) with respect to the inputs, and to u."""
    xs = leaves(variant, arrays)
    cs = [mg.tensor(u, requires_grad=True) for u in us]
    backward(listed(row.call(*xs, **variant.statics)), cs, create_graph=True)
    ms = moving(variant, xs)
    terms = [(x.grad * v).sum() for x, v in zip(ms, vs) if x.grad is not None]
    for x in (*ms, *cs):
        x.grad = None
    total = sum(terms) if terms else 0.0
    if isinstance(total, mg.Tensor) and total.requires_grad:
        total.backward()
    return [grad_of(x) for x in ms], [grad_of(c) for c in cs]


# ------------------------------------------------------------------------------------------------ without Torch


def value_as_numpy(row: Row, variant: Variant, dtype: Any, layout: str = "C") -> None:
    """On arrays, on Tensors, and by NumPy's own function called on Tensors: the value, shape and dtype NumPy gives."""
    assert row.numpy is not None
    arrays = row.sample(variant, dtype)
    before = [a.copy() for a in arrays]
    try:
        expected = [np.asarray(e) for e in listed(row.numpy(*arrays, **variant.statics))]
    except TypeError as error:  # float16 in linear algebra
        for given in (arrays, leaves(variant, arrays)):
            with pytest.raises(TypeError):
                row.call(*given, **variant.statics)
        assert dtype is np.float16, f"{row.op} of {np.dtype(dtype)}: {error}"
        return
    ways = {
        "arrays": (row.call, [LAYOUTS[layout](a) for a in arrays]),
        "Tensors": (row.call, leaves(variant, arrays, layout)),
    }
    if row.dispatches:
        ways["NumPy's function on Tensors"] = row.numpy, leaves(variant, arrays, layout)
    for way, (call, inputs) in ways.items():
        outs = listed(call(*inputs, **variant.statics))
        assert len(outs) == len(expected), f"{row.op} on {way}: {len(outs)} values, expected {len(expected)}"
        for out, e in zip(outs, expected):
            kind = (np.ndarray, np.generic) if way == "arrays" else mg.Tensor
            assert isinstance(out, kind), f"{row.op} on {way} gave {type(out).__name__}"
            value = np.asarray(out.numpy() if isinstance(out, mg.Tensor) else out)
            close(value, e, row.rtol(dtype), f"{row.op} on {way}")
    for a, b in zip(arrays, before):
        np.testing.assert_array_equal(a, b, err_msg=f"{row.op}: an input was written to")


def inputs_untouched(row: Row, variant: Variant) -> None:
    """Neither the operation nor its sweeps, on arrays or recorded, write to an input, the value or a cotangent."""
    arrays = row.sample(variant)
    before = [a.copy() for a in arrays]
    outs = [np.asarray(o) for o in listed(row.call(*arrays, **variant.statics))]
    us = cotangents(outs)
    kept = [u.copy() for u in us]
    for create_graph in (False, True):
        xs = leaves(variant, arrays)
        values = listed(row.call(*xs, **variant.statics))
        backward(values, us, create_graph)
        for a, b in zip((*arrays, *us, *(v.numpy() for v in values)), (*before, *kept, *outs)):
            np.testing.assert_array_equal(a, b, err_msg=f"{row.op}: an input, a cotangent or the value was written to")


def as_differences(row: Row, variant: Variant, h: float = 1e-6) -> None:
    """First and second derivatives along random directions, as central differences have them."""
    arrays = row.sample(variant)
    outs = [np.asarray(o) for o in listed(row.call(*arrays, **variant.statics))]
    us, vs = cotangents(outs), cotangents(moving(variant, arrays), 2)
    ts = cotangents(moving(variant, arrays), 3)

    def along(s: float) -> list[np.ndarray]:
        steps = iter(ts)
        return [a + s * next(steps) if i.gradient else a for a, i in zip(arrays, variant.inputs)]

    def value(s: float) -> float:
        return sum(np.vdot(o, u) for o, u in zip(listed(row.call(*along(s), **variant.statics)), us))

    def slope(s: float) -> float:
        return sum(np.vdot(g, v) for g, v in zip(first(row, variant, along(s), us), vs))

    for f, got in (
        (value, first(row, variant, arrays, us)),
        (slope, second(row, variant, arrays, us, vs)[0]),
    ):
        expected = (f(h) - f(-h)) / (2 * h)
        found = sum(np.vdot(g, t) for g, t in zip(got, ts))
        scale = max(1.0, abs(expected), abs(f(0.0)))
        assert abs(found - expected) < 1e-7 * scale, (
            f"{row.op}: {f.__name__} changes by {expected} along a direction, the rules say {found}"
        )


def recorded_as_arrays(row: Row, variant: Variant) -> None:
    """The sweep recorded on Tensors gives what it gives on arrays (and so joint rules equal the per-input ones)."""
    arrays = row.sample(variant)
    us = cotangents([np.asarray(o) for o in listed(row.call(*arrays, **variant.statics))])
    for a, b in zip(first(row, variant, arrays, us), first(row, variant, arrays, us, create_graph=True)):
        close(b, a, 1e-12, f"{row.op}: recorded")


def rows_as_pullbacks(row: Row, variant: Variant) -> None:
    """A Jacobian swept all at once has the rows that one pullback each gives."""
    arrays = row.sample(variant)
    xs = leaves(variant, arrays)
    outs = [o for o in listed(row.call(*xs, **variant.statics)) if o.requires_grad]
    for out in outs:
        found = rows(out._node, out.shape, [x._node for x in moving(variant, xs)])
        for k in range(min(out.size, 8)):
            e = np.zeros(out.shape, out.dtype)
            e.flat[k] = 1.0
            for x in moving(variant, xs):
                x.grad = None
            out.backward(e)
            for x in moving(variant, xs):
                got = found[x._node][k] if x._node in found else np.zeros(x.shape)
                close(np.asarray(got), np.asarray(grad_of(x)), 1e-12, f"{row.op}: row {k} of the Jacobian")


def rules_as_body(row: Row, variant: Variant) -> None:
    """The body run on Tensors, and differentiated by what it is made of, has the gradient that the rules give."""
    op = DECLARED.get(row.op) or row.call.op  # type: ignore[attr-defined]
    arrays = row.sample(variant)
    xs = leaves(variant, arrays)
    outs = listed(row.call(*xs, **variant.statics))
    node = outs[0]._node.inputs[0] if op.outputs > 1 else outs[0]._node
    assert node.op is op
    own = {x._node: x for x in xs}
    inputs = [own[p] if p in own else wrap(p) if isinstance(p, Node) else p for p in node.inputs]
    again = op.body(*inputs, **{k: v for k, v in (node.statics or {}).items() if k not in op.saves})
    again = [again[0]] if op.saves else listed(again)
    us = cotangents([o.numpy() for o in outs])
    backward(again, us)
    for x, g in zip(moving(variant, xs), first(row, variant, arrays, us)):
        close(grad_of(x), g, 1e-11, f"{row.op}: rules against the body differentiated")


def integers_as_numpy(row: Row, variant: Variant, dtype: Any) -> None:
    """Integers and booleans where NumPy takes them: its value and dtype, or its TypeError."""
    assert row.numpy is not None
    arrays = [np.nan_to_num(np.round(a), posinf=9, neginf=-9).astype(dtype) if a.dtype.kind == "f" else a
              for a in row.sample(variant)]  # fmt: skip
    with np.errstate(all="ignore"):
        try:
            expected = [np.asarray(e) for e in listed(row.numpy(*arrays, **variant.statics))]
        except (TypeError, ValueError) as error:
            kind: Any = TypeError if isinstance(error, TypeError) else ValueError
        else:
            outs = listed(row.call(*map(mg.asarray, arrays), **variant.statics))
            for out, e in zip(outs, expected):
                close(out.numpy(), e, 1e-7, f"{row.op} of {np.dtype(dtype)}")
            return
        try:
            row.call(*map(mg.asarray, arrays), **variant.statics)
        except kind:
            return
    raise AssertionError(f"{row.op} of {np.dtype(dtype)}: NumPy raises {kind.__name__}, microgrid does not")


# ------------------------------------------------------------------------------------------------ beside Torch


class Beside:
    """One variant run here and in Torch, on the same numbers."""

    def __init__(self, row: Row, variant: Variant, dtype: Any = np.float64) -> None:
        import torch

        self.torch, self.row, self.variant, self.rtol = torch, row, variant, row.rtol(dtype)
        self.arrays = row.sample(variant, dtype)
        self.theirs = [torch.from_numpy(a.copy()) for a in self.arrays]
        for t, i in zip(self.theirs, variant.inputs):
            t.requires_grad_(i.gradient)
        assert row.torch is not None
        self.outs = listed(row.torch(*self.theirs, **variant.statics))
        self.values = [o.detach().numpy() for o in self.outs]
        self.us = cotangents(self.values)

    def value(self) -> None:
        """The value, its shape and dtype."""
        outs = listed(self.row.call(*leaves(self.variant, self.arrays), **self.variant.statics))
        for out, e in zip(outs, self.values, strict=True):
            close(out.numpy(), e, self.rtol, f"{self.row.op}: value")

    def gradients(self, sources: list[Any], outs: list[Any], us: list[Any], create_graph: bool = False) -> list[Any]:
        """Torch's gradients, zeros where none flows."""
        pairs = [(o, u) for o, u in zip(outs, us) if o.requires_grad]
        if not pairs:
            return [self.torch.zeros_like(s) for s in sources]
        return list(self.torch.autograd.grad(
            [o for o, _ in pairs], sources, [u for _, u in pairs], create_graph=create_graph, allow_unused=True,
            materialize_grads=True,
        ))  # fmt: skip

    def first(self, layout: str = "C") -> None:
        """The gradients under random cotangents; of the inputs' own shapes and dtypes."""
        us = [self.torch.from_numpy(u) for u in self.us]
        expected = self.gradients(moving(self.variant, self.theirs), self.outs, us)
        got = first(self.row, self.variant, self.arrays, self.us, layout=layout)
        for k, (g, e) in enumerate(zip(got, expected, strict=True)):
            close(g, e.numpy(force=True), self.rtol, f"{self.row.op}: gradient {k}")

    def second(self) -> None:
        """The gradients of the gradients, with respect to inputs and cotangents."""
        vs = cotangents(moving(self.variant, self.arrays), 2)
        sources = moving(self.variant, self.theirs)
        us = [self.torch.from_numpy(u.copy()).requires_grad_() for u in self.us]
        gs = self.gradients(sources, self.outs, us, create_graph=True)
        total = sum((g * self.torch.from_numpy(v)).sum() for g, v in zip(gs, vs))
        expected = self.gradients([*sources, *us], [total], [self.torch.ones_like(total)])
        by_x, by_u = second(self.row, self.variant, self.arrays, self.us, vs)
        for k, (g, e) in enumerate(zip((*by_x, *by_u), expected, strict=True)):
            close(g, e.numpy(force=True), self.rtol, f"{self.row.op}: second derivative {k}")

    def jvp(self) -> None:
        """The directional derivative, as Torch's forward mode has it."""
        ms = moving(self.variant, self.arrays)
        ts = cotangents(ms, 3)

        def placed(values: Any, everything: list[Any]) -> list[Any]:
            given = iter(values)
            return [next(given) if i.gradient else x for x, i in zip(everything, self.variant.inputs)]

        def ours(*xs: Any) -> Any:
            outs = listed(self.row.call(*placed(xs, self.arrays), **self.variant.statics))
            return outs[0] if len(outs) == 1 else tuple(outs)

        def theirs(*xs: Any) -> Any:
            outs = listed(self.row.torch(*placed(xs, [t.detach() for t in self.theirs]), **self.variant.statics))
            return outs[0] if len(outs) == 1 else tuple(outs)

        tensor = self.torch.from_numpy
        _, expected = self.torch.func.jvp(theirs, tuple(map(tensor, ms)), tuple(map(tensor, ts)))
        value, got = mg.jvp(ours, ms, ts)
        for v, e in zip(listed(value), self.values, strict=True):
            close(np.asarray(v), e, self.rtol, f"{self.row.op}: value beside the tangent")
        for g, e in zip(listed(got), listed(expected), strict=True):
            close(np.asarray(g), e.numpy(force=True), self.rtol, f"{self.row.op}: tangent")
