"""Torch's own operator samples, run here and there: value, gradient, gradient of the gradient, and inputs that must be
refused.

`python -m tests.ops.samples` prints a line an operation; `python -m tests.ops.samples gather nn.functional.conv2d -v`
only these, with the first failures of each. A family's file in this folder says, in CALLS, how Torch's call is written
here where that is not the same name with the same arguments, and in LEFT_OUT, with its reason, what is not done.
"""

from __future__ import annotations

import contextlib
import dataclasses
import importlib
import pkgutil
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch

import microgrid as mg

CALLS: dict[str, Callable[..., Any]] = {}  # operation ("max.binary") → the call here, with Torch's arguments
LEFT_OUT: dict[str, str] = {}  # operation, or "operation: text in the sample's description" → why


def _families() -> None:
    for found in pkgutil.iter_modules(__path__):
        if not found.name.startswith("_"):
            family = importlib.import_module(f"{__name__}.{found.name}")
            CALLS.update(family.CALLS)
            LEFT_OUT.update(family.LEFT_OUT)


def operations() -> dict[str, Any]:
    """Torch's own table: {"sum": …, "max.binary": …}."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from torch.testing._internal.common_methods_invocations import op_db
    return {o.name + (f".{o.variant_test_name}" if o.variant_test_name else ""): o for o in op_db}


def call_of(name: str) -> Callable[..., Any] | None:
    """microgrid's counterpart: as the families spell it, else what bears the same name; None where there is none."""
    if name in CALLS:
        return CALLS[name]
    home: Any = mg
    *path, last = name.split(".")
    if path and path[0] in ("linalg", "special", "nn"):
        for step in path:
            home = getattr(home, step, None)
        return getattr(home, last, None)
    if path:
        return None
    return getattr(mg, last, None) or getattr(mg.nn.functional, last, None)


def ours(tree: Any) -> Any:
    """Torch's tensors and dtypes in a nest as microgrid's."""
    if isinstance(tree, torch.Tensor):
        x = mg.asarray(tree.detach().numpy())
        x.requires_grad = tree.requires_grad
        return x
    if isinstance(tree, torch.dtype):
        return np.dtype(str(tree).removeprefix("torch."))
    if isinstance(tree, tuple | list):
        return type(tree)(map(ours, tree)) if type(tree) in (tuple, list) else tuple(map(ours, tree))
    if isinstance(tree, dict):
        return {k: ours(v) for k, v in tree.items()}
    return tree


def tensors(tree: Any, kind: type) -> list[Any]:
    """The tensors of a nest, in order."""
    if isinstance(tree, kind):
        return [tree]
    if isinstance(tree, tuple | list):
        return [x for t in tree for x in tensors(t, kind)]
    return [x for t in tree.values() for x in tensors(t, kind)] if isinstance(tree, dict) else []


@dataclasses.dataclass
class Outcome:
    """What came of one sample: stage is "passed", or where it failed."""

    name: str
    stage: str
    sample: str
    why: str = ""


def described(sample: Any) -> str:
    """A sample as text: shapes and arguments."""

    def text(x: Any) -> str:
        if isinstance(x, torch.Tensor):
            return f"{tuple(x.shape)}{str(x.dtype).removeprefix('torch.')[:1]}{x.dtype.itemsize * 8}"
        if isinstance(x, tuple | list):
            return f"({', '.join(map(text, x))})"
        return repr(x)

    parts = [text(sample.input), *map(text, sample.args), *(f"{k}={text(v)}" for k, v in sample.kwargs.items())]
    return ", ".join(parts)


def same(got: Any, expected: Any, what: str, rtol: float = 2e-4, atol: float = 2e-5) -> None:
    """Equal numbers, shape and dtype."""
    a, b = np.asarray(got), expected.detach().numpy(force=True)
    if a.shape != b.shape:
        raise AssertionError(f"{what}: shape {a.shape}, Torch's {b.shape}")
    if a.dtype != b.dtype and not (a.dtype.kind in "iu" and b.dtype.kind in "iu"):
        raise AssertionError(f"{what}: dtype {a.dtype}, Torch's {b.dtype}")
    scale = np.abs(b[np.isfinite(b)]).max(initial=1.0) if b.dtype.kind == "f" else 1.0
    np.testing.assert_allclose(a, b, rtol=rtol, atol=atol * scale, equal_nan=True, err_msg=what)


def run(name: str, op: Any, sample: Any, f: Callable[..., Any], orders: int) -> Outcome:
    """One sample through both."""
    label, stage = described(sample), "value"
    try:
        theirs = op(sample.input, *sample.args, **sample.kwargs)
        given = ours((sample.input, tuple(sample.args), sample.kwargs))
        got = f(given[0], *given[1], **given[2])
        expected, outs = tensors(theirs, torch.Tensor), tensors(got, mg.Tensor)
        if len(expected) != len(outs):
            raise AssertionError(f"{len(outs)} Tensors, Torch's {len(expected)}")
        for k, (o, e) in enumerate(zip(outs, expected)):
            same(o.numpy(), e, f"value {k}")
        sources = [t for t in tensors((sample.input, sample.args, sample.kwargs), torch.Tensor) if t.requires_grad]
        xs = [x for x in tensors(given, mg.Tensor) if x.requires_grad and x.is_leaf]
        rng = np.random.default_rng(0)
        weights = [rng.uniform(0.5, 1.5, tuple(e.shape)).astype(str(e.dtype).removeprefix("torch.")) for e in expected]
        pairs = [(o, e, w) for o, e, w in zip(outs, expected, weights) if e.requires_grad]
        if not (orders and sources and pairs):
            return Outcome(name, "passed", label)
        stage = "gradient"
        their_total = sum((e * torch.from_numpy(w)).sum() for _, e, w in pairs)
        our_total = sum((o * w).sum() for o, _, w in pairs)
        their_grads = torch.autograd.grad(
            their_total, sources, create_graph=orders > 1, allow_unused=True, materialize_grads=True
        )
        our_total.backward(create_graph=orders > 1)
        for k, (x, e) in enumerate(zip(xs, their_grads, strict=True)):
            same(np.zeros(x.shape, x.dtype) if x.grad is None else x.grad.numpy(), e, f"gradient {k}")
        stage = "second"
        if orders > 1 and any(g.requires_grad for g in their_grads):
            vs = [rng.uniform(0.5, 1.5, tuple(g.shape)).astype(np.float32) for g in their_grads]
            their_second = torch.autograd.grad(
                sum((g * torch.from_numpy(v)).sum() for g, v in zip(their_grads, vs)), sources, allow_unused=True,
                materialize_grads=True,
            )  # fmt: skip
            total = sum(((x.grad * v).sum() for x, v in zip(xs, vs) if x.grad is not None), mg.tensor(0.0))
            for x in xs:
                x.grad = None
            if total.requires_grad:
                total.backward()
            for k, (x, e) in enumerate(zip(xs, their_second)):
                same(np.zeros(x.shape, x.dtype) if x.grad is None else x.grad.numpy(), e, f"second {k}", 1e-3, 2e-4)
        return Outcome(name, "passed", label)
    except Exception as error:
        return Outcome(name, stage, label, f"{type(error).__name__}: {str(error).strip()[:400]}")


def left_out(name: str, label: str) -> str:
    """Why a sample is not asked for; "" where it is."""
    return LEFT_OUT.get(name, "") or next(
        (why for key, why in LEFT_OUT.items() if key.startswith(f"{name}: ") and key[len(name) + 2 :] in label), ""
    )


def outcomes(name: str, op: Any) -> Iterator[Outcome]:
    """Every sample of an operation, and every input that it must refuse."""
    _families()
    f = call_of(name)
    if f is None:
        yield Outcome(name, "absent", "")
        return
    torch.manual_seed(0)
    floats = torch.float32 in op.dtypes
    orders = (2 if op.supports_gradgrad else 1) if floats and op.supports_autograd else 0
    dtype = torch.float32 if floats else torch.int64 if torch.int64 in op.dtypes else torch.bool
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        for sample in op.sample_inputs("cpu", dtype, requires_grad=orders > 0):
            if any(t.is_complex() or str(t.dtype) == "torch.bfloat16" for t in
                   tensors((sample.input, sample.args, sample.kwargs), torch.Tensor)):  # fmt: skip
                continue
            if not left_out(name, described(sample)):
                yield run(name, op, sample, f, orders)
        if op.error_inputs_func is None:
            return
        for wrong in op.error_inputs("cpu"):
            sample = wrong.sample_input
            label = f"refuse {described(sample)}"
            if left_out(name, label):
                continue
            # what cannot even be said here: complex numbers, 65 axes
            with contextlib.suppress(NotImplementedError, RuntimeError, TypeError, ValueError):
                given = ours((sample.input, tuple(sample.args), sample.kwargs))
                try:
                    f(given[0], *given[1], **given[2])
                except Exception:
                    yield Outcome(name, "passed", label)
                else:
                    yield Outcome(name, "refusal", label, f"Torch: {wrong.error_regex[:200]}")
