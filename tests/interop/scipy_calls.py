"""SciPy's functions that follow the array API standard, and what they are called with; run by programs.py."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import numpy as np

V = np.array([1.2, 0.4, 2.5, 0.9, 3.1, 1.7])
P = np.array([0.1, 0.25, 0.2, 0.15, 0.05, 0.25])
M = np.array([[1.0, 0.3, -0.2], [0.5, 2.0, 0.7]])

FUNCTIONS: dict[str, tuple[Callable[[Any, Any], Any], np.ndarray]] = {
    "special.logsumexp": (lambda f, x: f(x, axis=1), M),
    "special.softmax": (lambda f, x: f(x, axis=1), M),
    "special.log_softmax": (lambda f, x: f(x, axis=1), M),
    "special.expit": (lambda f, x: f(x), M),
    "special.logit": (lambda f, x: f(x), P),
    "special.entr": (lambda f, x: f(x), P),
    "special.rel_entr": (lambda f, x: f(x, x * x), P),
    "special.kl_div": (lambda f, x: f(x, x * x), P),
    "special.xlogy": (lambda f, x: f(x, x), P),
    "special.erf": (lambda f, x: f(x), M),
    "special.ndtr": (lambda f, x: f(x), M),
    "special.log_ndtr": (lambda f, x: f(x), M),
    "special.gammaln": (lambda f, x: f(x), V),
    "special.i0": (lambda f, x: f(x), V),
    "special.i1e": (lambda f, x: f(x), V),
    "special.betaln": (lambda f, x: f(x, x + 1), V),
    "stats.entropy": (lambda f, x: f(x), P),
    "stats.zscore": (lambda f, x: f(x), V),
    "stats.zmap": (lambda f, x: f(x, x * x), V),
    "stats.gzscore": (lambda f, x: f(x), V),
    "stats.gmean": (lambda f, x: f(x), V),
    "stats.hmean": (lambda f, x: f(x), V),
    "stats.pmean": (lambda f, x: f(x, 1.5), V),
    "stats.skew": (lambda f, x: f(x), V),
    "stats.kurtosis": (lambda f, x: f(x), V),
    "stats.moment": (lambda f, x: f(x, 3), V),
    "stats.variation": (lambda f, x: f(x), V),
    "stats.sem": (lambda f, x: f(x), V),
    "stats.tmean": (lambda f, x: f(x), V),
    "stats.tvar": (lambda f, x: f(x), V),
    "stats.tstd": (lambda f, x: f(x), V),
    "stats.kstat": (lambda f, x: f(x), V),
    "stats.kstatvar": (lambda f, x: f(x), V),
    "stats.describe": (lambda f, x: list(f(x))[2:], V),
    "stats.circmean": (lambda f, x: f(x), V),
    "stats.circvar": (lambda f, x: f(x), V),
    "stats.circstd": (lambda f, x: f(x), V),
    "stats.trim_mean": (lambda f, x: f(x, 0.2), V),
    "stats.iqr": (lambda f, x: f(x), V),
    "stats.ttest_1samp": (lambda f, x: f(x, 0.5).statistic, V),
    "stats.pearsonr": (lambda f, x: f(x, x * x).statistic, V),
    "stats.ttest_ind": (lambda f, x: f(x, x * x).statistic, V),
    "stats.bartlett": (lambda f, x: f(x, x * x).statistic, V),
    "stats.directional_stats": (lambda f, x: f(x).mean_direction, M),
    "stats.boxcox_llf": (lambda f, x: f(0.7, x), V),
    "stats.differential_entropy": (lambda f, x: f(x, method="vasicek"), V),
    "stats.power_divergence": (lambda f, x: f(x, x[::-1], lambda_=0.5).statistic, V),
    "stats.jarque_bera": (lambda f, x: f(x).statistic, V),
    "integrate.trapezoid": (lambda f, x: f(x), V),
    "integrate.cumulative_trapezoid": (lambda f, x: f(x), V),
    "integrate.romb": (lambda f, x: f(x[:5]), V),
    "optimize.rosen": (lambda f, x: f(x), V),
    "optimize.rosen_der": (lambda f, x: f(x), V),
    "optimize.rosen_hess": (lambda f, x: f(x), V),
    "optimize.rosen_hess_prod": (lambda f, x: f(x, x * 2), V),
    "cluster.vq.whiten": (lambda f, x: f(x), M),
    "linalg.block_diag": (lambda f, x: f(x, x), M),
    "spatial.transform.Rotation.from_rotvec": (lambda f, x: f(x).as_matrix(), M),
    "spatial.transform.Rotation.from_quat": (lambda f, x: f(x[:4]).as_rotvec(), V),
    "spatial.transform.Rotation.from_euler": (lambda f, x: f("xyz", x).as_quat(), M),
}


def found(name: str) -> Any:
    """SciPy's function of a dotted name, imported when it is called."""
    *path, last = name.split(".")
    home: Any = importlib.import_module(".".join(["scipy", *[p for p in path if p.islower()]]))
    for step in [p for p in path if not p.islower()]:
        home = getattr(home, step)
    return getattr(home, last)


CALLS: dict[str, tuple[Callable[[Any], Any], np.ndarray]] = {
    name: (lambda x, name=name, call=call: call(found(name), x), a) for name, (call, a) in FUNCTIONS.items()
}
