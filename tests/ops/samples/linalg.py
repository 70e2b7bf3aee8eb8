"""Linear algebra."""

from __future__ import annotations

from typing import Any

import microgrid as mg


def _svd(x: Any, some: bool = True, compute_uv: bool = True) -> Any:
    u, s, vh = mg.linalg.svd(x, full_matrices=not some)
    return u, s, vh.mT


CALLS: dict[str, Any] = {
    "cholesky": mg.linalg.cholesky,
    "cholesky_inverse": mg.linalg.cholesky_inverse,
    "cholesky_solve": mg.linalg.cholesky_solve,
    "logdet": mg.linalg.logdet,
    "lu_solve": lambda b, factor, pivots: mg.linalg.lu_solve(factor, pivots, b),
    "matrix_exp": mg.linalg.matrix_exp,
    "pinverse": mg.linalg.pinv,
    "linalg.lstsq.grad_oriented": lambda a, b, driver=None: mg.linalg.lstsq(a, b, driver=driver)[:2],
    "linalg.matrix_rank.hermitian": mg.linalg.matrix_rank,
    "linalg.norm.subgradients_at_zero": mg.linalg.norm,
    "linalg.pinv.hermitian": mg.linalg.pinv,
    "linalg.pinv.singular": lambda a, b: mg.linalg.pinv(a @ b.mT),
    "norm.fro": mg.nn.functional.norm,
    "norm.inf": mg.nn.functional.norm,
    "norm.nuc": mg.nn.functional.norm,
    "svd": _svd,
    "qr": lambda x, some=True: mg.linalg.qr(x, "reduced" if some else "complete"),
}
SIGNS = "vectors are determined up to their sign, and Torch's LAPACK takes another than NumPy's"
PLANE = "the further vectors are any basis: Torch leaves their cotangents out, here they turn with the others"
ASYMMETRIC = "the sample is not symmetric, and Torch's gradient then mixes what is read and what is not"
UNREAD = "Torch's gradient has numbers in the triangle that is not read; here it is 0 there"
LEFT_OUT: dict[str, str] = {
    **{f"cholesky_{f}: {s}": UNREAD for f in ("inverse", "solve") for s in ("(5, 5)", "(2, 5, 5)", "(1, 1, 5, 5)")},
    "linalg.cross: refuse (5, 5, 3)": "as the array API says, the other axes broadcast",
    "linalg.eig": "Torch's eigenvalues are complex; here they are refused, or real",
    "linalg.eigvals": "Torch's eigenvalues are complex; here they are refused, or real",
    "linalg.eigh: (2, 5, 5)f32, UPLO='U'": SIGNS,
    "linalg.pinv.hermitian: (1, 1, 5, 5)": ASYMMETRIC,
    "linalg.pinv.hermitian: (2, 5, 5)": ASYMMETRIC,
    "linalg.pinv.hermitian: (5, 5)": ASYMMETRIC,
    "linalg.solve: (0, 0, 0)f32, (0, 0)f32": "b is matrices where both readings fit, as NumPy has it",
    "linalg.solve_ex: (0, 0, 0)f32, (0, 0)f32": "b is matrices where both readings fit, as NumPy has it",
    **{f"linalg.svd: {shape}f32, full": SIGNS for shape in ("(3, 5)", "(3, 3, 5)", "(3, 5, 5)")},
    **{f"svd: {shape}f32, some": SIGNS for shape in ("(3, 5)", "(3, 3, 5)", "(3, 5, 5)")},
    **{f"linalg.svd: {shape}f32, full_matrices=True": PLANE for shape in ("(5, 3)", "(3, 5, 3)")},
    **{f"svd: {shape}f32, some=False": PLANE for shape in ("(5, 3)", "(3, 5, 3)")},
}
