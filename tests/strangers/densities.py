"""SciPy's distributions: the formulas behind `scipy.stats.gamma.logpdf` and its like, in NumPy and ufuncs."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.stats
from scipy.stats._distr_params import distcont

# {method: distributions whose formula it is}. Left out: what integrates or fills plain arrays, complex numbers, what
# takes a derivative of an incomplete gamma or beta function in its parameter twice.
METHODS = {
    "_logpdf": (
        "alpha argus beta betaprime burr burr12 cauchy chi chi2 cosine crystalball dgamma dweibull expon "
        "exponnorm exponpow exponweib f fisk gamma genexpon genextreme gengamma genlogistic gennorm "
        "genpareto gibrat gompertz gumbel_l gumbel_r halfcauchy halfgennorm halflogistic halfnorm invgamma "
        "invgauss laplace_asymmetric loggamma logistic lognorm lomax maxwell mielke nakagami norm powerlaw "
        "powerlognorm powernorm rayleigh rdist recipinvgauss semicircular skewnorm t truncexpon "
        "truncweibull_min vonmises vonmises_line wald weibull_max weibull_min"
    ),
    "_pdf": (
        "alpha anglit arcsine argus betaprime bradford burr burr12 cauchy chi chi2 cosine crystalball dgamma "
        "dweibull expon exponnorm exponpow exponweib f fisk foldcauchy foldnorm gamma genexpon genextreme "
        "gengamma genlogistic gennorm genpareto gibrat gompertz gumbel_l gumbel_r halfcauchy halfgennorm "
        "halflogistic halfnorm hypsecant invgamma invgauss invweibull jf_skew_t johnsonsb johnsonsu laplace "
        "laplace_asymmetric levy levy_l loggamma logistic loglaplace lognorm lomax maxwell mielke moyal "
        "nakagami norm norminvgauss pareto powerlaw powerlognorm powernorm rayleigh rdist recipinvgauss "
        "rel_breitwigner rice semicircular skewcauchy skewnorm t truncexpon truncweibull_min vonmises "
        "vonmises_line wald weibull_max weibull_min wrapcauchy"
    ),
    "_cdf": (
        "alpha anglit arcsine argus bradford burr burr12 cauchy crystalball dweibull expon exponnorm "
        "exponpow exponweib fisk foldcauchy foldnorm genexpon genextreme genlogistic genpareto gibrat "
        "gompertz gumbel_l gumbel_r halfcauchy halflogistic halfnorm hypsecant invgauss invweibull johnsonsb "
        "johnsonsu laplace laplace_asymmetric levy levy_l logistic loglaplace lognorm lomax maxwell mielke "
        "moyal norm pareto powerlaw powerlognorm powernorm rayleigh recipinvgauss semicircular skewcauchy "
        "truncexpon truncweibull_min uniform wald weibull_max weibull_min wrapcauchy"
    ),
    "_ppf": (
        "anglit arcsine bradford burr burr12 crystalball dweibull expon exponpow fatiguelife fisk genextreme "
        "genhalflogistic genpareto gibrat gompertz gumbel_l gumbel_r halfcauchy halflogistic halfnorm "
        "hypsecant invweibull johnsonsb johnsonsu laplace laplace_asymmetric levy levy_l logistic loglaplace "
        "lognorm lomax maxwell mielke moyal norm pareto powerlaw powerlognorm powernorm rayleigh skewcauchy "
        "triang truncexpon truncweibull_min tukeylambda uniform weibull_max weibull_min wrapcauchy"
    ),
}
DISCRETE = {  # parameters, values, methods
    "poisson": ((1.3,), [0, 1, 2], "_logpmf _pmf _cdf _sf"),
    "binom": ((5.0, 0.3), [0, 1, 2], "_logpmf"),
    "geom": ((0.3,), [1, 2, 3], "_logpmf _pmf _cdf _sf"),
    "nbinom": ((3.0, 0.4), [0, 1, 2], "_logpmf"),
    "logser": ((0.4,), [1, 2, 3], "_pmf"),
    "planck": ((0.5,), [0, 1, 2], "_pmf _cdf _sf"),
    "betabinom": ((5.0, 2.0, 0.6), [0, 1, 2], "_logpmf _pmf"),
    "betanbinom": ((5.0, 9.3, 1.0), [0, 1, 2], "_logpmf _pmf"),
    "yulesimon": ((3.0,), [1, 2, 3], "_logpmf _pmf _cdf _sf"),
    "hypergeom": ((21.0, 3.5, 12.0), [0, 1, 2], "_logpmf"),
    "nhypergeom": ((20.0, 7.0, 12.0), [0, 1, 2], "_logpmf _pmf"),
}
USUAL = dict(distcont[::-1])  # SciPy's own choice of parameters


def cases() -> dict[str, tuple[Any, ...]]:
    """{name: (the method, its argument and the distribution's parameters)}."""
    found: dict[str, tuple[Any, ...]] = {}
    places = np.array([0.2, 0.45, 0.7])
    for method, names in METHODS.items():
        for name in names.split():
            law, shape = getattr(scipy.stats, name), USUAL[name]
            x = places if method == "_ppf" else law.ppf(places, *shape)
            found[f"{name}.{method}"] = getattr(law, method), x, *map(np.float64, shape)
    for name, (shape, k, methods) in DISCRETE.items():
        for method in methods.split():
            f = getattr(getattr(scipy.stats, name), method)
            fixed = np.array(k, float)
            found[f"{name}.{method}"] = (lambda *p, f=f, k=fixed: f(k, *p)), *map(np.float64, shape)
    return {name: (f, *map(np.asarray, inputs)) for name, (f, *inputs) in found.items()}


CASES = cases()
