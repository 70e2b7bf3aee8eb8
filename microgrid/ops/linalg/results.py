"""What decompositions return: named tuples, with NumPy's names."""

from __future__ import annotations

from typing import Any, NamedTuple


class EigResult(NamedTuple):
    """Eigenvalues, and the eigenvectors in columns."""

    eigenvalues: Any
    eigenvectors: Any


class EighResult(NamedTuple):
    """Eigenvalues in ascending order, and the eigenvectors in columns."""

    eigenvalues: Any
    eigenvectors: Any


class QRResult(NamedTuple):
    """Orthonormal columns, and an upper triangle."""

    Q: Any
    R: Any


class SVDResult(NamedTuple):
    """Left singular vectors in columns, singular values in descending order, right singular vectors in rows."""

    U: Any
    S: Any
    Vh: Any


class SlogdetResult(NamedTuple):
    """A determinant's sign, and the logarithm of its absolute value."""

    sign: Any
    logabsdet: Any


class InverseResult(NamedTuple):
    """An inverse, and LAPACK's verdict, 0 for well."""

    inverse: Any
    info: Any


class SolveResult(NamedTuple):
    """A solution, and LAPACK's verdict, 0 for well."""

    result: Any
    info: Any


class CholeskyResult(NamedTuple):
    """A Cholesky factor, and LAPACK's verdict, 0 for well."""

    L: Any
    info: Any


class LstsqResult(NamedTuple):
    """A least-squares solution, the sums of squared residuals, the rank, and the singular values."""

    solution: Any
    residuals: Any
    rank: Any
    singular_values: Any


class LUResult(NamedTuple):
    """A permutation, a lower triangle with ones on its diagonal, an upper triangle."""

    P: Any
    L: Any
    U: Any


class LUFactorResult(NamedTuple):
    """Both triangles in one matrix, and the rows that were exchanged, counted from 1."""

    LU: Any
    pivots: Any


class LUFactorExResult(NamedTuple):
    """Both triangles in one matrix, the rows that were exchanged, and LAPACK's verdict, 0 for well."""

    LU: Any
    pivots: Any
    info: Any
