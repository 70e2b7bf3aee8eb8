"""Reductions: where Torch's call is another than NumPy's."""

from __future__ import annotations

import microgrid as mg

F = mg.nn.functional
CALLS = {
    "max.binary": F.max, "min.binary": F.min,
    "max.reduction_no_dim": F.max, "max.reduction_with_dim": F.max, "min.reduction_no_dim": F.min,
    "min.reduction_with_dim": F.min, "var": F.var, "var.unbiased": F.var, "std": F.std, "std.unbiased": F.std,
    "var_mean": F.var_mean, "var_mean.unbiased": F.var_mean, "std_mean": F.std_mean, "std_mean.unbiased": F.std_mean,
    "median": F.median, "nanmedian": F.nanmedian,
}  # fmt: skip
LEFT_OUT = {
    "cov: (3, 2)f32, correction=1, fweights=None, aweights=(2,)f32": (
        "of two observations the weights cancel: the gradient in them is 0, as here; Torch's is what rounding left"
    ),
    "max.binary: refuse 2, (3,)i64": "a number is taken wherever a Tensor is",
    "min.binary: refuse 2, (3,)i64": "a number is taken wherever a Tensor is",
    "mean: refuse (3, 4, 5)i64": "NumPy's mean of integers is a float",
    "mean: refuse (3, 4, 5)f32, (), dtype=torch.int64": "NumPy's mean may be asked for in integers",
}
