"""Distribution functions under SciPy's names. Those made of the incomplete gamma function have a gradient in every
argument, the others in the last one, the place: in degrees of freedom it is refused."""

from __future__ import annotations

import math

import numpy as np

from ...core.primitive import primitive
from ...core.tensor import detach
from ..elementwise.arithmetic import Array
from ..values import scipy
from .gammas import gammaln
from .incomplete import betainc, gammainc, gammaincc, gammainccinv
from .refusal import no_gradient

__all__ = [
    "betaincc", "chdtr", "chdtrc", "chdtri", "fdtr", "fdtrc", "gdtr", "gdtrc", "pdtr", "pdtrc", "stdtr", "stdtrit",
]  # fmt: skip


def student_density(df: Array, t: Array) -> Array:
    """Density of Student's t distribution."""
    scale = np.exp(gammaln((df + 1) / 2) - gammaln(df / 2)) / np.sqrt(df * math.pi)
    return scale * (1 + t * t / df) ** (-(df + 1) / 2)


@primitive(symbol="T", formula="P(T ≤ t)", latex="T_{{df}}({t})", elementwise=True)
def stdtr(df: Array, t: Array) -> Array:
    """Elementwise distribution function of Student's t with df degrees of freedom."""
    return scipy.stdtr(df, t)


stdtr.gradients(no_gradient("stdtr", "df"), lambda g, df, t: g * student_density(df, t))


@primitive(symbol="T⁻¹", formula="t with P(T ≤ t) = p", latex="T^{-1}_{{df}}({p})", elementwise=True)
def stdtrit(df: Array, p: Array) -> Array:
    """Elementwise inverse of stdtr in its second argument."""
    return scipy.stdtrit(df, p)


stdtrit.gradients(no_gradient("stdtrit", "df"), lambda g, df, out: g / student_density(df, out))


# ------------------------------------------------------------------------------------------------ composed of them


def betaincc(a: Array, b: Array, x: Array) -> Array:
    """Elementwise complement of betainc, 1 − betainc(a, b, x)."""
    return betainc(b, a, 1 - x)


def chdtr(v: Array, x: Array) -> Array:
    """Elementwise distribution function of chi-square with v degrees of freedom."""
    return gammainc(v / 2, x / 2)


def chdtrc(v: Array, x: Array) -> Array:
    """Elementwise survival function of chi-square with v degrees of freedom; 1 below 0."""
    below = detach(x) < 0
    return np.where(below, 1.0, gammaincc(v / 2, np.where(below, 0.0, x) / 2))


def chdtri(v: Array, p: Array) -> Array:
    """Elementwise inverse of chdtrc in its second argument."""
    return 2 * gammainccinv(v / 2, p)


def gdtr(a: Array, b: Array, x: Array) -> Array:
    """Elementwise distribution function of the gamma distribution of rate a and shape b."""
    return gammainc(b, a * x)


def gdtrc(a: Array, b: Array, x: Array) -> Array:
    """Elementwise survival function of the gamma distribution of rate a and shape b."""
    return gammaincc(b, a * x)


def pdtr(k: Array, m: Array) -> Array:
    """Elementwise distribution function of the Poisson distribution of mean m, at k."""
    return gammaincc(np.floor(detach(k)) + 1, m)


def pdtrc(k: Array, m: Array) -> Array:
    """Elementwise survival function of the Poisson distribution of mean m, beyond k."""
    return gammainc(np.floor(detach(k)) + 1, m)


def fdtr(dfn: Array, dfd: Array, x: Array) -> Array:
    """Elementwise distribution function of F with dfn and dfd degrees of freedom."""
    return betainc(dfn / 2, dfd / 2, dfn * x / (dfd + dfn * x))


def fdtrc(dfn: Array, dfd: Array, x: Array) -> Array:
    """Elementwise survival function of F with dfn and dfd degrees of freedom."""
    return betainc(dfd / 2, dfn / 2, dfd / (dfd + dfn * x))
