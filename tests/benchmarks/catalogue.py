"""What tests/benchmarks/operations.py times: an operation, its inputs at two sizes, its spelling in each library."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import microgrid as mg

Shape = tuple[int, ...]
Draw = Callable[[np.random.Generator, Shape], np.ndarray]
N = 1_000_000


def real(rng: np.random.Generator, shape: Shape) -> np.ndarray:
    """Of either sign, kept from 0."""
    return (rng.uniform(0.1, 2.0, shape) * rng.choice([-1.0, 1.0], shape)).astype(np.float32)


def positive(rng: np.random.Generator, shape: Shape) -> np.ndarray:
    """Between 0.3 and 2."""
    return rng.uniform(0.3, 2.0, shape).astype(np.float32)


def unit(rng: np.random.Generator, shape: Shape) -> np.ndarray:
    """Between −0.8 and 0.8."""
    return rng.uniform(-0.8, 0.8, shape).astype(np.float32)


def above(rng: np.random.Generator, shape: Shape) -> np.ndarray:
    """Between 1.2 and 3."""
    return rng.uniform(1.2, 3.0, shape).astype(np.float32)


def share(rng: np.random.Generator, shape: Shape) -> np.ndarray:
    """Between 0.05 and 0.95."""
    return rng.uniform(0.05, 0.95, shape).astype(np.float32)


def below(n: int) -> Draw:
    """Integers from 0 to before n."""
    return lambda rng, shape: np.asarray(rng.integers(0, n, shape))


def truth(rng: np.random.Generator, shape: Shape) -> np.ndarray:
    """Booleans."""
    return np.asarray(rng.random(shape) < 0.5)


def spd(rng: np.random.Generator, shape: Shape) -> np.ndarray:
    """Symmetric positive definite matrices."""
    a = rng.normal(size=shape)
    return (a @ np.swapaxes(a, -1, -2) / shape[-1] + np.eye(shape[-1])).astype(np.float32)


def of_volume_one(rng: np.random.Generator, shape: Shape) -> np.ndarray:
    """Such matrices, with determinant 1: that of a large one does not fit into float32 otherwise."""
    a = spd(rng, shape).astype(np.float64)
    return (a / np.exp(np.linalg.slogdet(a)[1] / shape[-1])).astype(np.float32)


def distinct(rng: np.random.Generator, shape: Shape) -> np.ndarray:
    """Between −2 and 2, no two equal: the order of equals is nobody's promise."""
    n = int(np.prod(shape))
    return ((rng.permutation(n).reshape(shape) + 0.5) * (4 / n) - 2).astype(np.float32)


@dataclass
class Case:
    """One operation. mine, torch, peer: a name to look up, or what makes the function from the library."""

    name: str
    draws: list[Draw]
    small: list[Shape] | None
    large: list[Shape] | None
    mine: str | Callable[[Any], Callable[..., Any]] = ""
    torch: str | Callable[[Any], Callable[..., Any]] = ""
    autograd: str | Callable[[Any], Callable[..., Any]] | None = ""
    still: tuple[int, ...] = ()

    def marked(self, arrays: list[np.ndarray]) -> list[tuple[np.ndarray, bool]]:
        """The inputs, and whether each is a constant."""
        return [(a, i in self.still) for i, a in enumerate(arrays)]

    def ours(self) -> Callable[..., Any]:
        """microgrid's function."""
        if callable(self.mine):
            return self.mine(mg)
        return found([mg, mg.nn.functional, mg.linalg, mg.special], self.mine or self.name)

    def theirs(self) -> Callable[..., Any]:
        """Torch's function."""
        import torch

        if callable(self.torch):
            return self.torch(torch)
        return found([torch, torch.nn.functional, torch.linalg, torch.special], self.torch or self.name)

    def peer(self) -> Callable[..., Any]:
        """autograd's function; raises AttributeError where it has none."""
        import autograd.numpy as anp
        import autograd.scipy.special as special

        if self.autograd is None:
            raise AttributeError(self.name)
        if callable(self.autograd):
            return self.autograd(anp)
        return found([anp, anp.linalg, special], self.autograd or ALIASES.get(self.name, self.name))

    def bare(self) -> Callable[..., Any] | None:
        """NumPy's own function, for how long the value alone takes."""
        if callable(self.autograd):
            return self.autograd(np)
        name = self.autograd or ALIASES.get(self.name, self.name)
        return getattr(np, name, None) or getattr(np.linalg, name, None)


def found(homes: list[Any], name: str) -> Callable[..., Any]:
    """The first that one of the homes has under this name."""
    for home in homes:
        if (f := getattr(home, name, None)) is not None:
            return f  # type: ignore[no-any-return]
    raise AttributeError(name)


ALIASES = {
    "acos": "arccos", "acosh": "arccosh", "asin": "arcsin", "asinh": "arcsinh", "atan": "arctan", "atanh": "arctanh",
    "neg": "negative", "atan2": "arctan2", "pow": "power", "div": "divide", "sub": "subtract", "mul": "multiply",
    "lgamma": "gammaln", "digamma": "psi", "amax": "max", "amin": "min", "cat": "concatenate",
}  # fmt: skip


def each(names: str, *draws: Draw, **how: Any) -> list[Case]:
    """Elementwise operations of one name everywhere."""
    return [Case(n, list(draws), [(8,)] * len(draws), [(N,)] * len(draws), **how) for n in names.split()]


def on(name: str, draws: list[Draw], small: list[Shape] | None, large: list[Shape] | None, f: Any, torch: Any = None,
       autograd: Any = "", **how: Any) -> Case:  # fmt: skip
    """One spelled out: f(library) gives the function; autograd's and NumPy's is the same unless said."""
    return Case(name, draws, small, large, f, torch or f, f if autograd == "" else autograd, **how)


ROW, MATRIX = [(2, 4)], [(1000, 1000)]
IMAGES = [(8, 16, 64, 64)]
F: Callable[[str], Any] = lambda name: lambda m: lambda *xs, **kw: getattr(m.nn.functional, name)(*xs, **kw)


def functional(name: str, draws: list[Draw], small: Any, large: Any, *args: Any, still: tuple[int, ...] = (),
               **kw: Any) -> Case:  # fmt: skip
    """A function of nn.functional with further arguments."""
    make = lambda m: lambda *xs: getattr(m.nn.functional, name)(*xs, *args, **kw)
    return Case(name, draws, small, large, make, make, None, still)


def reduced(name: str, draw: Draw = real, torch: str = "", axis: int | None = -1) -> Case:
    """A reduction or scan along the last axis; axis=None over all."""
    label = name if axis is not None else f"{name} of all"
    if axis is None:
        return Case(label, [draw], ROW, MATRIX, name, torch or name, ALIASES.get(name, name))
    ours = lambda m: lambda x: getattr(m, name)(x, axis=axis)
    return Case(label, [draw], ROW, MATRIX, ours, lambda t: lambda x: getattr(t, torch or name)(x, dim=axis), ours)


CASES: list[Case] = [
    *each("abs cos cosh deg2rad exp exp2 expm1 neg rad2deg reciprocal sigmoid sin sinc sinh square tan tanh "
          "positive sign floor ceil trunc round asinh atan erf erfc nan_to_num", real),
    *each("log log10 log1p log2 sqrt rsqrt lgamma digamma", positive),
    *each("acos asin atanh erfinv", unit),
    *each("acosh", above),
    *each("logit", share),
    *each("expit i0 i0e i1 i1e entr ndtr log_ndtr", positive, autograd=None),
    *each("ndtri", share, autograd=None),
    *each("add sub mul div maximum minimum fmax fmin atan2 hypot logaddexp logaddexp2 copysign", real, real),
    *each("pow xlogy xlog1py float_power remainder fmod", positive, positive),
    on("multiply by a number", [real], [(8,)], [(N,)], lambda m: lambda x: x * 1.5),
    on("square by **", [real], [(8,)], [(N,)], lambda m: lambda x: x**2),
    on("add a row", [real, real], [(2, 4), (4,)], [(1000, 1000), (1000,)], lambda m: lambda x, y: x + y),
    on("clip", [real], [(8,)], [(N,)], lambda m: lambda x: m.clip(x, -0.5, 0.5)),
    on("where", [truth, real, real], [(8,)] * 3, [(N,)] * 3, lambda m: lambda c, x, y: m.where(c, x, y)),
    on("greater", [real, real], [(8,)] * 2, [(N,)] * 2, lambda m: lambda x, y: x > y, autograd=None),
    # reductions, scans, sorts
    *(reduced(n) for n in ("sum", "mean", "amax", "amin", "logsumexp", "cumsum", "logcumsumexp")),
    *(reduced(n, axis=None) for n in ("sum", "mean", "amax")),
    reduced("prod", positive), reduced("cumprod", positive), reduced("nansum"), reduced("nanmean"),
    on("var", [real], ROW, MATRIX, lambda m: lambda x: m.var(x, axis=-1),
       lambda t: lambda x: t.var(x, -1, correction=0)),
    on("std", [real], ROW, MATRIX, lambda m: lambda x: m.std(x, axis=-1),
       lambda t: lambda x: t.std(x, -1, correction=0)),
    on("median of an odd number", [real], [(2, 5)], [(1000, 1001)], lambda m: lambda x: m.median(x, axis=-1),
       lambda t: lambda x: t.median(x, -1)[0]),
    on("quantile", [real], ROW, MATRIX, lambda m: lambda x: m.quantile(x, 0.3, axis=-1),
       lambda t: lambda x: t.quantile(x, 0.3, -1), None),
    on("sort", [distinct], [(8,)], [(N,)], lambda m: lambda x: m.sort(x), lambda t: lambda x: t.sort(x)[0]),
    on("sort rows", [distinct], ROW, MATRIX, lambda m: lambda x: m.sort(x, axis=-1),
       lambda t: lambda x: t.sort(x, -1)[0]),
    on("argsort", [distinct], [(8,)], [(N,)], lambda m: lambda x: m.argsort(x), autograd=None),
    on("topk", [distinct], [(8,)], MATRIX, lambda m: lambda x: m.topk(x, 3)[0], autograd=None),
    on("cummax", [real], [(8,)], MATRIX, lambda m: lambda x: m.cummax(x, 0)[0], autograd=None),
    on("argmax", [real], ROW, MATRIX, lambda m: lambda x: m.argmax(x, axis=-1), lambda t: lambda x: t.argmax(x, -1),
       None),
    on("diff", [real], [(8,)], [(N,)], lambda m: lambda x: m.diff(x)),
    on("trapezoid", [real], ROW, MATRIX, lambda m: lambda x: m.trapezoid(x, axis=-1),
       lambda t: lambda x: t.trapezoid(x, dim=-1), None),
    # shape
    on("reshape", [real], ROW, MATRIX, lambda m: lambda x: m.reshape(x, (-1,))),
    on("transpose", [real], ROW, MATRIX, lambda m: lambda x: x.T),
    on("permute_dims", [real], [(2, 2, 2)], [(100, 100, 100)], lambda m: lambda x: m.permute_dims(x, (2, 0, 1)),
       lambda t: lambda x: t.permute(x, (2, 0, 1)), lambda n: lambda x: n.transpose(x, (2, 0, 1))),
    on("expand_dims", [real], [(8,)], [(N,)], lambda m: lambda x: m.expand_dims(x, 0), lambda t: lambda x: x[None]),
    on("squeeze", [real], [(1, 8)], [(1, N)], lambda m: lambda x: m.squeeze(x)),
    on("moveaxis", [real], [(2, 2, 2)], [(100, 100, 100)], lambda m: lambda x: m.moveaxis(x, 0, 2)),
    on("broadcast_to", [real], [(4,)], [(1000,)], lambda m: lambda x: m.broadcast_to(x, (2, 4) if x.shape == (4,) else (
        1000, 1000))),
    on("flip", [real], [(8,)], [(N,)], lambda m: lambda x: m.flip(x, (0,))),
    on("roll", [real], [(8,)], [(N,)], lambda m: lambda x: m.roll(x, 3)),
    on("rot90", [real], ROW, MATRIX, lambda m: lambda x: m.rot90(x)),
    on("tile", [real], [(8,)], [(N // 4,)], lambda m: lambda x: m.tile(x, (2,))),
    on("repeat", [real], [(8,)], [(N // 4,)], lambda m: lambda x: m.repeat(x, 2),
       lambda t: lambda x: t.repeat_interleave(x, 2)),
    on("concatenate", [real, real], [(4,)] * 2, [(N // 2,)] * 2, lambda m: lambda x, y: m.concatenate([x, y])),
    on("stack", [real, real], [(4,)] * 2, [(N // 2,)] * 2, lambda m: lambda x, y: m.stack([x, y])),
    on("hstack", [real, real], [(4,)] * 2, [(N // 2,)] * 2, lambda m: lambda x, y: m.hstack([x, y])),
    on("split", [real], [(8,)], [(N,)], lambda m: lambda x: m.split(x, 2)[0],
       lambda t: lambda x: t.tensor_split(x, 2)[0]),
    on("tril", [real], [(3, 3)], MATRIX, lambda m: lambda x: m.tril(x)),
    on("diagonal", [real], [(3, 3)], MATRIX, lambda m: lambda x: m.diagonal(x)),
    on("diag", [real], [(4,)], [(1000,)], lambda m: lambda x: m.diag(x)),
    # indexing and selection
    on("x[1]", [real], ROW, MATRIX, lambda m: lambda x: x[1]),
    on("x[1:]", [real], [(8,)], [(N,)], lambda m: lambda x: x[1:]),
    on("x[::2]", [real], [(8,)], [(N,)], lambda m: lambda x: x[::2]),
    on("x[rows]", [real, below(2)], [(2, 4), (3,)], [(1000, 1000), (1000,)], lambda m: lambda x, i: x[i]),
    on("x[i] of numbers", [real, below(8)], [(8,), (8,)], [(N,), (N,)], lambda m: lambda x, i: x[i]),
    on("x[mask]", [real, truth], [(8,), (8,)], [(N,), (N,)], lambda m: lambda x, i: x[i]),
    on("x[i, j]", [real, below(2), below(4)], [(2, 4), (8,), (8,)], [(1000, 1000), (N,), (N,)],
       lambda m: lambda x, i, j: x[i, j]),
    on("take", [real, below(2)], [(2, 4), (3,)], [(1000, 1000), (1000,)], lambda m: lambda x, i: m.take(x, i, axis=0),
       lambda t: lambda x, i: t.index_select(x, 0, i)),
    on("take_along_axis", [real, below(4)], [(2, 4), (2, 4)], [(1000, 1000), (1000, 1000)],
       lambda m: lambda x, i: m.take_along_axis(x, i, axis=1), lambda t: lambda x, i: t.take_along_dim(x, i, 1), None),
    on("gather", [real, below(4)], [(2, 4), (2, 4)], [(1000, 1000), (1000, 1000)],
       lambda m: lambda x, i: m.gather(x, 1, i), autograd=None),
    on("scatter_add", [real, below(4), real], [(2, 4)] * 3, [(1000, 1000)] * 3,
       lambda m: lambda x, i, v: m.scatter_add(x, 1, i, v), autograd=None),
    on("index_add", [real, below(2), real], [(2, 4), (3,), (3, 4)], [(1000, 1000), (1000,), (1000, 1000)],
       lambda m: lambda x, i, v: m.index_add(x, 0, i, v), autograd=None),
    on("masked_fill", [real, truth], [(8,), (8,)], [(N,), (N,)], lambda m: lambda x, c: m.masked_fill(x, c, 0.5),
       autograd=None),
    on("masked_select", [real, truth], [(8,), (8,)], [(N,), (N,)], lambda m: lambda x, c: m.masked_select(x, c),
       autograd=None),
    # products and linear algebra
    on("matmul", [real, real], [(2, 4), (4, 3)], [(500, 500)] * 2, lambda m: lambda x, y: x @ y),
    on("matmul of a batch", [real, real], [(2, 2, 2)] * 2, [(64, 64, 64)] * 2, lambda m: lambda x, y: x @ y),
    on("matrix times vector", [real, real], [(2, 4), (4,)], [(1000, 1000), (1000,)], lambda m: lambda x, y: x @ y),
    on("dot", [real, real], [(8,)] * 2, [(N,)] * 2, lambda m: lambda x, y: m.dot(x, y)),
    on("outer", [real, real], [(4,)] * 2, [(1000,)] * 2, lambda m: lambda x, y: m.outer(x, y)),
    on("kron", [real, real], [(2, 2)] * 2, [(30, 30)] * 2, lambda m: lambda x, y: m.kron(x, y)),
    on("tensordot", [real, real], [(2, 4), (4, 3)], [(500, 500)] * 2, lambda m: lambda x, y: m.tensordot(x, y, 1)),
    on("einsum ij,jk", [real, real], [(2, 4), (4, 3)], [(500, 500)] * 2,
       lambda m: lambda x, y: m.einsum("ij,jk->ik", x, y)),
    on("einsum bij,bjk", [real, real], [(2, 2, 2)] * 2, [(64, 64, 64)] * 2,
       lambda m: lambda x, y: m.einsum("bij,bjk->bik", x, y)),
    on("trace", [real], [(3, 3)], MATRIX, lambda m: lambda x: m.trace(x)),
    on("cross", [real, real], [(2, 3)] * 2, [(N // 3, 3)] * 2, lambda m: lambda x, y: m.linalg.cross(x, y),
       autograd=None),
    on("det", [of_volume_one], [(3, 3)], [(200, 200)], lambda m: lambda x: m.linalg.det(x)),
    on("inv", [spd], [(3, 3)], [(200, 200)], lambda m: lambda x: m.linalg.inv(x)),
    on("cholesky", [spd], [(3, 3)], [(200, 200)], lambda m: lambda x: m.linalg.cholesky(x)),
    on("matrix_exp", [spd], [(3, 3)], [(200, 200)], lambda m: lambda x: m.linalg.matrix_exp(x), autograd=None),
    on("slogdet", [spd], [(3, 3)], [(200, 200)], lambda m: lambda x: m.linalg.slogdet(x)[1]),
    on("solve", [spd, real], [(3, 3), (3, 2)], [(200, 200), (200, 50)], lambda m: lambda x, y: m.linalg.solve(x, y)),
    on("eigvalsh", [spd], [(3, 3)], [(200, 200)], lambda m: lambda x: m.linalg.eigvalsh(x), autograd=None),
    on("svdvals", [real], [(3, 3)], [(200, 200)], lambda m: lambda x: m.linalg.svdvals(x), autograd=None),
    on("qr", [spd], [(3, 3)], [(200, 200)], lambda m: lambda x: m.linalg.qr(x)[1], autograd=None),
    on("pinv", [spd], [(3, 3)], [(200, 200)], lambda m: lambda x: m.linalg.pinv(x), autograd=None),
    on("vector_norm", [real], ROW, MATRIX, lambda m: lambda x: m.linalg.vector_norm(x, axis=-1),
       lambda t: lambda x: t.linalg.vector_norm(x, dim=-1), None),
    # activations
    *(functional(n, [real], [(8,)], [(N,)]) for n in (
        "relu", "relu6", "leaky_relu", "elu", "celu", "selu", "gelu", "silu", "mish", "softplus", "softsign",
        "logsigmoid", "hardtanh", "hardsigmoid", "hardswish", "tanhshrink")),
    *(functional(n, [real], ROW, MATRIX, dim=-1) for n in ("softmax", "log_softmax", "softmin", "glu")),
    functional("prelu", [real, positive], [(8,), (1,)], [(N,), (1,)]),
    # losses and distances
    *(functional(n, [real, real], [(2, 4)] * 2, MATRIX * 2) for n in (
        "mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss", "cosine_similarity", "pairwise_distance")),
    functional("cross_entropy", [real, below(4)], [(2, 4), (2,)], [(1000, 1000), (1000,)]),
    functional("nll_loss", [real, below(4)], [(2, 4), (2,)], [(1000, 1000), (1000,)]),
    functional("binary_cross_entropy", [share, share], [(8,)] * 2, [(N,)] * 2),
    functional("binary_cross_entropy_with_logits", [real, share], [(8,)] * 2, [(N,)] * 2),
    functional("kl_div", [real, share], [(2, 4)] * 2, MATRIX * 2, reduction="sum"),
    functional("gaussian_nll_loss", [real, real, positive], [(8,)] * 3, [(N,)] * 3),
    functional("poisson_nll_loss", [real, positive], [(8,)] * 2, [(N,)] * 2),
    functional("normalize", [real], ROW, MATRIX),
    # layers
    functional("linear", [real, real, real], [(2, 4), (3, 4), (3,)], [(500, 500), (500, 500), (500,)]),
    functional("embedding", [below(2), real], [(3,), (2, 4)], [(4096,), (10_000, 256)]),
    functional("layer_norm", [real, real, real], [(2, 4), (4,), (4,)], [(1000, 1000), (1000,), (1000,)], (4,)),
    functional("group_norm", [real], [(1, 4, 2)], IMAGES, 2),
    functional("instance_norm", [real], [(1, 2, 4)], IMAGES),
    functional("rms_norm", [real], ROW, MATRIX, (4,)),
    functional("batch_norm", [real], [(4, 2)], IMAGES, None, None, training=True),
    functional("conv1d", [real, real], [(1, 2, 4), (2, 2, 3)], [(8, 16, 4096), (16, 16, 3)]),
    functional("conv2d", [real, real], [(1, 1, 3, 3), (1, 1, 2, 2)], [*IMAGES, (16, 16, 3, 3)]),
    functional("conv_transpose2d", [real, real], [(1, 1, 2, 2), (1, 1, 2, 2)], [*IMAGES, (16, 16, 3, 3)]),
    functional("max_pool2d", [real], [(1, 1, 4, 4)], IMAGES, 2),
    functional("avg_pool2d", [real], [(1, 1, 4, 4)], IMAGES, 2),
    functional("adaptive_avg_pool2d", [real], [(1, 1, 4, 4)], IMAGES, (2, 2)),
    functional("scaled_dot_product_attention", [real] * 3, [(1, 2, 4)] * 3, [(8, 8, 128, 64)] * 3),
    functional("pad", [real], [(2, 4)], MATRIX, (1, 1)),
    functional("unfold", [real], [(1, 1, 3, 3)], IMAGES, 2),
    functional("pixel_shuffle", [real], [(1, 4, 1, 2)], IMAGES, 2),
]  # fmt: skip
for _case in CASES:
    if _case.name in ("layer_norm", "rms_norm"):  # the normalised shape is the last axis, of either size
        _case.mine = _case.torch = (
            lambda name: lambda m: lambda x, *wb: getattr(m.nn.functional, name)(x, tuple(x.shape[-1:]), *wb)
        )(_case.name)
