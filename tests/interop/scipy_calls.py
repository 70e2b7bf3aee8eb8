"""SciPy's functions that follow the array API standard, called on Tensors: run with SCIPY_ARRAY_API=1, which SciPy
reads when it is imported, so in a process of its own. Prints a line of JSON a function: its name, and what is wrong."""

from __future__ import annotations

import importlib
import json
import os
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

V = np.array([1.2, 0.4, 2.5, 0.9, 3.1, 1.7])
P = np.array([0.1, 0.25, 0.2, 0.15, 0.05, 0.25])
M = np.array([[1.0, 0.3, -0.2], [0.5, 2.0, 0.7]])

CALLS: dict[str, tuple[Callable[[Any, Any], Any], np.ndarray]] = {
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


def wrong(name: str) -> str:
    """What does not agree; "" where all does."""
    from tests.interop.differences import differentiated

    call, a = CALLS[name]
    path = name.split(".")
    home = importlib.import_module(".".join(["scipy", *[p for p in path[:-1] if p[0].islower()]]))
    for step in [p for p in path[:-1] if p[0].isupper()] + path[-1:]:
        home = getattr(home, step)
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            differentiated(lambda x: call(home, x), a)
    except (Exception, SystemExit) as error:
        return f"{type(error).__name__}: {error}"
    return ""


if __name__ == "__main__":
    assert os.environ.get("SCIPY_ARRAY_API") == "1"
    for each in CALLS:
        print(json.dumps([each, wrong(each)]))
