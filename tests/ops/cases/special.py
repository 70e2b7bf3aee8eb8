"""Special functions, beside SciPy's and Torch's."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from typing import Any

import numpy as np

import microgrid as mg
from tests.ops.optional import torch
from tests.ops.table import (
    Input,
    Refusal,
    Row,
    Variant,
    at,
    kink,
    nonzero,
    on,
    once,
    pairs,
    positive,
    real,
    refused,
    shapes,
)  # fmt: skip

sp = mg.special
shape = sp.incomplete.gammainc_shape
x, y = mg.tensor([[1.0, 2.0, 3.0]], name="x"), mg.tensor([1.0, 2.0], name="y")
CLASH = ("sizes 2 and 3 differ at axis -1", "shapes broadcast when")
ODD = at([0.0, -0.0, np.nan, np.inf, -np.inf, 1.5])
SCIPY = importlib.util.find_spec("scipy") is not None  # without it most have no values: rows without variants
AIRY = sp.airys.airy_ai, sp.airys.airy_ai_slope, sp.airys.airy_bi, sp.airys.airy_bi_slope
ALONE = "Torch has its value, and no derivative"
NONE = "Torch has no such function"
BODY = "SciPy's function"


def unit(*shape: int) -> Input:
    """Between 0.1 and 0.9."""
    return Input(shape, lambda rng, s: rng.uniform(0.1, 0.9, s))


def within(*shape: int) -> Input:
    """Between −0.9 and 0.9."""
    return Input(shape, lambda rng, s: rng.uniform(-0.9, 0.9, s))


def wide(*shape: int) -> Input:
    """Between −6 and 6."""
    return Input(shape, lambda rng, s: rng.uniform(-6.0, 6.0, s))


def of(name: str) -> Callable[..., Any]:
    """SciPy's function, in the dtype that its inputs have; integers as float64."""

    def call(*xs: Any, **kw: Any) -> Any:
        import scipy.special

        dtypes = [a.dtype for a in xs if hasattr(a, "dtype") and a.dtype.kind == "f"]
        dtype = np.result_type(*dtypes) if dtypes else np.float64
        if not dtypes:
            xs = tuple(a.astype(np.float64) for a in xs)
        return getattr(scipy.special, name)(*xs, **kw).astype(dtype)

    return call


def airy(k: int) -> Callable[..., Any]:
    """One of SciPy's four values, in the dtype that x has; of integers as float64."""

    def call(x: Any) -> Any:
        import scipy.special

        dtype = x.dtype if x.dtype.kind == "f" else np.dtype(float)
        return scipy.special.airy(x if x.dtype.kind == "f" else x.astype(dtype))[k].astype(dtype)

    return call


def text(f: Callable[..., object], *before: Any) -> list[Refusal]:
    """No function of numbers takes text."""
    return [refused(lambda: f(*before, "a"), TypeError, "str is no number", "expected a Tensor, an array or a number")]


def clash(f: Callable[..., object], name: str) -> list[Refusal]:
    """Shapes that do not broadcast."""
    return [refused(lambda: f(x, y), ValueError, name, *CLASH)]


def special(
    name: str, variants: list[Variant], errors: list[Refusal], torchs: str = "", why: str = "", **more: Any
) -> Row:  # fmt: skip
    """A row of a function with SciPy's name; torchs: its name in torch.special."""
    call = getattr(sp, name)
    twin = None if why else lambda *xs, **kw: getattr(torch.special, torchs or name)(*xs, **kw)
    more.setdefault("in_place", BODY)
    return Row(call.op.name, call, of(name), twin, variants if SCIPY else [], errors, untorched=why, **more)


def _shape_at_1(a: np.ndarray, x: np.ndarray) -> np.ndarray:
    """∂P/∂a at a = 1, in closed form: −e⁻ˣ (log x + γ) − E₁(x)."""
    import scipy.special

    wide = x.astype(np.float64)
    return -(np.exp(-wide) * (np.log(wide) + np.euler_gamma) + scipy.special.exp1(wide)).astype(x.dtype)


def cancelling(*inputs: Input) -> Variant:
    """A call where Torch's second derivative is a difference of large numbers, and has lost its digits."""
    return Variant(inputs, {}, twice=False)


def order(draw: Callable[..., Input], **more: Any) -> list[Variant]:
    """Orders 0, 1 and 2.5, which carry no gradient, beside each usual shape."""
    return [on(at(v).still(), draw(*s)) for v in (0.0, 1.0, 2.5) for s in SIZES]


COARSE: dict[str, Any] = {"tolerance": {"float64": 5e-9}, "because": "Torch's trigamma and igamma keep nine digits"}

SIZES = ((3, 4), (), (0, 3))

ROWS = [
    special("erf", [*shapes(real), kink(ODD)], text(sp.erf)),
    special("erfc", [*shapes(wide), kink(ODD)], text(sp.erfc)),
    special("erfcx", [*shapes(real), on(at([-3.0, 0.0, 30.0, 1e8]))], text(sp.erfcx)),
    special("erfinv", [*shapes(within), kink(at([-1.0, 1.0, 0.0])), kink(at([np.nan, 2.0, -1.5]))], text(sp.erfinv)),
    special("erfcinv", [*shapes(unit), kink(at([0.0, 2.0, 1.0])), kink(at([np.nan, 3.0]))], text(sp.erfcinv), why=NONE),
    special("ndtr", [*shapes(wide), kink(ODD)], text(sp.ndtr)),
    special("ndtri", [*shapes(unit), kink(at([0.0, 1.0, 0.5])), kink(at([np.nan, 2.0]))], text(sp.ndtri)),
    special("log_ndtr", [*shapes(wide), cancelling(at([-30.0, -1.0, 0.0, 30.0])), kink(at([np.nan, 1e3]))],
        text(sp.log_ndtr)),
    special("gammaln", [*shapes(positive), on(at([-0.5, -1.5, 20.0])), kink(at([np.nan, np.inf]))], text(sp.gammaln),
        **COARSE),
    special("gamma", [*shapes(positive), on(at([-0.5, -1.5, 5.0]))], text(sp.gamma), why=NONE),
    special("psi", [*shapes(positive), on(at([-0.5, -1.5, 20.0]))], text(sp.psi), "digamma", **COARSE),
    Row("polygamma", sp.polygamma, of("polygamma"), lambda n, x: torch.polygamma(int(n), x), [
        on(at(n).still(), positive(*s)) for n in (0, 1, 2, 4) for s in SIZES] if SCIPY else [],
        [*text(sp.polygamma, 1), refused(lambda: sp.polygamma(-1, y), ValueError, "polygamma", "n is -1", "0 (the")],
        dispatches=False, in_place=BODY, **COARSE),
    Row("zeta", sp.zeta, of("zeta"), lambda x, q: torch.special.zeta(x, q), [
        on(at(v).still(), positive(*s)) for v in (1.5, 2.0, 4.0) for s in SIZES] if SCIPY else [],
        [refused(lambda: sp.zeta(mg.tensor(2.0, requires_grad=True), y).sum().backward(), NotImplementedError,
            "special.zeta", "gradient in x", "x.detach()")] if SCIPY else [],
        dispatches=False, in_place=BODY, backward=True),
    special("beta", pairs(positive, positive), clash(sp.beta, "beta"), why=NONE),
    special("betaln", pairs(positive, positive), clash(sp.betaln, "betaln"), why=NONE),
    special("binom", [on(Input((3, 4), lambda rng, s: rng.uniform(3, 6, s)), positive(4)), on(at(5.0), at(2.0)),
        on(at(4.5), at([0.5, 1.0, 7.3]))], clash(sp.binom, "binom"), why=NONE),
    special("poch", pairs(positive, positive), clash(sp.poch, "poch"), why=NONE),
    special("gammainc", [on(at(2.5).still(), positive(*s)) for s in SIZES] + [
        on(positive(3, 1).still(), positive(1, 4))],
        clash(sp.gammainc, "gammainc"), backward=True, **COARSE),
    special("gammaincc", [on(at(2.5).still(), positive(*s)) for s in SIZES] + [
        on(positive(3, 1).still(), positive(1, 4))],
        clash(sp.gammaincc, "gammaincc"), backward=True, **COARSE),
    Row("gammainc_shape", shape, _shape_at_1, None, [on(at(1.0).still(), positive(*s)) for s in SIZES] + [
        on(at(1.0).still(), at([1e-3, 1.9, 2.1, 40.0]))] if SCIPY else [], clash(shape, "gammainc_shape"),
        untorched="Torch does not differentiate in the shape", dispatches=False, in_place=BODY),
    special("betainc", [on(at(2.5).still(), at(1.5).still(), unit(*s)) for s in SIZES] + [
        on(positive(3, 1).still(), positive(4).still(), unit(1, 4))],
        [refused(lambda: sp.betainc(x, y, 0.5), ValueError, "betainc", *CLASH)], why=NONE),
    special("j0", [*shapes(wide), on(at([0.0, -0.0, 50.0]))], text(sp.j0), why=ALONE),
    special("j1", [*shapes(wide), on(at([0.0, -0.0, 50.0]))], text(sp.j1), why=ALONE),
    special("y0", shapes(positive), text(sp.y0), why=ALONE),
    special("y1", shapes(positive), text(sp.y1), why=ALONE),
    special("i0", [*shapes(wide), on(at([0.0, -0.0, 10.0]))], text(sp.i0)),
    special("i0e", [*shapes(wide), kink(at([0.0, -0.0])), on(at([10.0, -500.0]))], text(sp.i0e)),
    special("i1", [*shapes(wide), on(at([0.0, -0.0, 10.0]))], text(sp.i1)),
    special("i1e", [*shapes(within), kink(at([10.0, -500.0, 3.2]))], text(sp.i1e)),
    special("k0", shapes(positive), text(sp.k0), why=ALONE),
    special("k0e", shapes(positive), text(sp.k0e), why=ALONE),
    special("k1", shapes(positive), text(sp.k1), why=ALONE),
    special("k1e", shapes(positive), text(sp.k1e), why=ALONE),
    *(Row(f.op.name, f, airy(k), None, [*shapes(real), on(at([0.0, -0.0, -5.0, 2.5]))] if SCIPY else [], text(f),
        untorched=ALONE, dispatches=False, in_place=BODY) for k, f in enumerate(AIRY)),
    special("jv", order(positive), clash(sp.jv, "jv"), why=NONE),
    special("yv", order(positive), clash(sp.yv, "yv"), why=NONE),
    special("iv", order(positive), clash(sp.iv, "iv"), why=NONE),
    special("ive", order(positive), clash(sp.ive, "ive"), why=NONE),
    special("kv", order(positive), clash(sp.kv, "kv"), why=NONE),
    special("kve", order(positive), clash(sp.kve, "kve"), why=NONE),
    special("entr", [*shapes(positive), kink(at([0.0, 1.0])), kink(at([-1.0, np.nan, np.inf]))], text(sp.entr)),
    special("rel_entr", [*pairs(positive, positive), kink(at([0.0, 0.0, -1.0]), at([1.0, 0.0, 1.0]))],
        clash(sp.rel_entr, "rel_entr"), why=NONE),
    special("kl_div", [*pairs(positive, positive), kink(at([0.0, 0.0, -1.0]), at([1.0, 0.0, 1.0]))],
        clash(sp.kl_div, "kl_div"), why=NONE),
    special("xlog1py", [*pairs(real, positive), kink(at([0.0, 0.0, 0.0, 2.0]), at([-1.0, np.nan, 3.0, -1.0]))],
        clash(sp.xlog1py, "xlog1py")),
    Row("logit", sp.logit, lambda x, eps=None: of("logit")(x if eps is None else np.clip(x, eps, 1 - eps)),
        lambda x, eps=None: torch.logit(x, eps), [
        *shapes(unit), on(unit(3), eps=0.01), once(at([0.0, 1.0, 0.05, 0.95, 0.5]), eps=0.1), once(at([0.0, 1.0])),
        once(at([-0.5, 1.5, np.nan]))] if SCIPY else [], text(sp.logit), in_place=BODY),
    special("log_expit", [*shapes(wide), on(at([-800.0, 0.0, 800.0]))], text(sp.log_expit), why="log_sigmoid is in nn"),
    special("rgamma", [*shapes(positive), on(at([-0.5, -1.5, 5.0])), on(at([0.0, -1.0, -4.0]))], text(sp.rgamma),
        why=NONE),
    special("gammasgn", [on(at([-0.5, -1.5, 5.0]))], text(sp.gammasgn), why=NONE),
    special("expi", [*shapes(nonzero), on(at([-20.0, 0.01, 20.0]))], text(sp.expi), why=NONE),
    special("exp1", [*shapes(positive), on(at([0.01, 20.0]))], text(sp.exp1), why=NONE),
    special("expn", [on(at(n).still(), positive(*s)) for n in (0.0, 1.0, 3.0) for s in SIZES], clash(sp.expn, "expn"),
        why=NONE),
    special("dawsn", [*shapes(real), on(at([0.0, -20.0]))], text(sp.dawsn), why=NONE),
    special("erfi", [*shapes(real), on(at([0.0, -3.0]))], text(sp.erfi), why=NONE),
    special("spence", [*shapes(positive), on(at([1.0, 0.01, 20.0]))], text(sp.spence), why=NONE),
    special("ellipk", [*shapes(within), on(at([0.0, 0.99, -20.0]))], text(sp.ellipk), why=NONE),
    special("ellipe", [*shapes(within), on(at([0.0, 0.99, -20.0]))], text(sp.ellipe), why=NONE),
    special("ellipkm1", [*shapes(unit), on(at([1.0, 0.01, 20.0]))], text(sp.ellipkm1), why=NONE),
    special("hyp0f1", [on(at(1.5).still(), real(*s)) for s in SIZES], clash(sp.hyp0f1, "hyp0f1"), why=NONE),
    special("hyp1f1", [on(at(1.5).still(), at(2.5).still(), real(*s)) for s in SIZES],
        [refused(lambda: sp.hyp1f1(x, y, 0.5), ValueError, "hyp1f1", *CLASH)], why=NONE),
    special("hyp2f1", [on(at(1.5).still(), at(0.5).still(), at(2.5).still(), within(*s)) for s in SIZES],
        [refused(lambda: sp.hyp2f1(x, y, 1.0, 0.5), ValueError, "hyp2f1", *CLASH)], why=NONE),
    special("exprel", [*shapes(real), on(at([0.0, 1e-9, -0.3, 30.0, -700.0]))], text(sp.exprel), why=NONE),
    special("gammaincinv", [on(at(2.5).still(), unit(*s)) for s in SIZES], clash(sp.gammaincinv, "gammaincinv"),
        why=NONE),
    special("gammainccinv", [on(at(2.5).still(), unit(*s)) for s in SIZES], clash(sp.gammainccinv, "gammainccinv"),
        why=NONE),
    special("betaincinv", [on(at(2.5).still(), at(1.5).still(), unit(*s)) for s in SIZES],
        [refused(lambda: sp.betaincinv(x, y, 0.5), ValueError, "betaincinv", *CLASH)], why=NONE),
    special("stdtr", [on(at(3.0).still(), real(*s)) for s in SIZES], clash(sp.stdtr, "stdtr"), why=NONE),
    special("stdtrit", [on(at(3.0).still(), unit(*s)) for s in SIZES], clash(sp.stdtrit, "stdtrit"), why=NONE),
]  # fmt: skip
