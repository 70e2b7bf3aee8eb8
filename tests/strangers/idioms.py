"""Less usual ways to say things in NumPy, a handful in each function."""

import numpy as np
from numpy.polynomial import chebyshev, hermite, laguerre, legendre, polynomial

rng = np.random.default_rng(9)
V = np.array([0.7, -1.2, 0.4, 2.1, -0.3, 1.6])
M = rng.normal(size=(3, 4))


def conditions(x):
    a = np.select([x < 0, x < 1], [x**2, np.sin(x)], default=2 * x)
    b = np.piecewise(x, [x < 0, x >= 0], [lambda v: -v, lambda v: v**3])
    c = np.choose((x > 0).astype(int), [x, x**2])
    return a + b + c, np.heaviside(x, 0.5) * x, np.extract(x > 0.5, x), np.compress([True, False, True], x)


def indices(m):
    rows, cols = np.nonzero(m > 0)
    i = np.argsort(m, axis=1)
    return (
        m[rows, cols],
        m[np.ix_([0, 2], [1, 3])],
        np.take_along_axis(m, i, axis=1),
        m[np.where(m < 0)] ** 2,
        m.flat[3] * m.ravel()[::-1],
        m[np.unravel_index(m.argmax(), m.shape)] * m[..., -1],
        m.take([0, 1], axis=-1),
    )


def writes(x):
    a = np.zeros_like(x)
    a[x > 0] = x[x > 0] ** 2
    a[[0, 2]] += 1.0
    a[::2] *= x[::2]
    b = np.ones_like(x)
    b[1:] = b[1:] * x[:-1]
    b[-1] -= x[0]
    c = np.copy(x)
    c[c < 0] = 0
    c[np.argmax(c)] = x.mean()
    d = x * 2
    shown = d.view()
    shown[1] = x[0] ** 2
    return a, b, c, d


def functions_that_write(x):
    a, b, c, d = x * 1, x * 2, x + 0, x - 0
    np.put(a, [0, 1], [5.0, 6.0])
    np.putmask(b, b < 0, 0.0)
    np.copyto(c, x**2, where=x > 0)
    np.place(d, d > 1, [1.0])
    e = np.outer(x, x)
    np.fill_diagonal(e, 1.0)
    return a, b, c, d, e


def joined(x):
    return (
        np.insert(x, 2, x[0] ** 2),
        np.append(x, [1.0, 2.0]),
        np.delete(x, [0, 3]),
        np.resize(x, (3, 3)),
        np.block([x, x**2]),
        np.dstack((x, x)),
        np.tile(x, (2, 1)),
        np.repeat(x, [1, 0, 2, 1, 1, 1]),
        np.stack(np.broadcast_arrays(x, 2.0)[:1]),
    )


def differences(x):
    return np.ediff1d(x), np.diff(x, n=2), np.gradient(x, 0.5), np.diff(x, prepend=0.0), np.unwrap(3 * x)


def methods_of_ufuncs(m):
    return (
        np.add.reduce(m, axis=1),
        np.multiply.reduce(m),
        np.logaddexp.reduce(m, axis=-1),
        np.maximum.reduce(m, axis=None),
        np.multiply.accumulate(m, axis=1),
        np.subtract.outer(m[0], m[1]),
        np.hypot.outer(m[0], m[1, :2]),
        np.add(m, m, where=m > 0, out=np.zeros_like(m)),
        np.power(m, 2, dtype=np.float64),
    )


def pieces(m):
    return (
        np.add.reduceat(m, [0, 2], axis=1),
        np.multiply.reduceat(m, [0, 2, 1], axis=-1),
        np.maximum.reduceat(m, np.array([1, 0])),
    )


def unbuffered(x):
    sums, products, largest = np.zeros_like(x[:3]), np.ones_like(x), np.zeros_like(np.outer(x, x))
    np.add.at(sums, [0, 0, 2, 1, 0, 2], x)
    np.multiply.at(products, [0, 0, 4, 4, 4], x[:5])
    np.subtract.at(products, slice(1, 3), x[0])
    np.negative.at(products, [5, 5, 5])
    np.maximum.at(largest, ([0, 1, 1], [2, 2, 2]), x[:3])
    np.add.at(largest.T, [[0, 0], [1, 2]], x[0])
    np.add.at(largest, largest > 1, x[1])
    return sums, products, largest


def mesh_normals(vertices):
    faces = np.array([[0, 1, 2], [0, 2, 3], [1, 2, 3]])
    a, b, c = (vertices.T[faces[:, k]] for k in range(3))
    normals = np.zeros_like(vertices.T)
    np.add.at(normals, faces, np.cross(b - a, c - a)[:, None, :])
    return normals / np.linalg.norm(normals, axis=1, keepdims=True)


def reductions(m):
    return (
        np.nansum(m),
        np.nanmean(m, axis=0),
        np.ptp(m, axis=1),
        m.var(axis=0, ddof=1),
        np.average(m, axis=1, weights=[1.0, 2, 3, 4]),
        m.prod(axis=1, keepdims=True),
        np.sum(m, axis=(0, 1), where=m > 0),
        np.quantile(m, 0.3, axis=0),
    )


def histograms(x):
    i = np.digitize(V, [0.0, 1.0])
    soft = np.exp(-np.square(np.subtract.outer(np.arange(3.0), x)))
    return np.bincount(i, weights=x), soft.sum(axis=1) / soft.sum()


def apply(m):
    rows = np.apply_along_axis(lambda r: np.sum(r**2) * r[:2], 1, m)
    over = np.apply_over_axes(np.sum, m, [0])
    mapped = np.stack([r @ r for r in m])
    return rows, over, mapped, np.stack([np.max(r) for r in m]), sum(r.sum() ** 2 for r in m.T)


def special_values(x):
    return (
        np.sinc(x),
        np.i0(x),
        np.nan_to_num(x),
        np.float_power(np.abs(x), 1.5),
        np.fmod(x, 0.9),
        np.remainder(x, 0.9),
        np.fabs(x),
        np.cbrt(x),
        np.exp2(x) + np.log2(np.abs(x)),
        np.logaddexp2(x, 1.0),
        np.ldexp(x, 2),
        np.real(x) + np.conj(x),
        np.divide(*np.modf(x)[::-1]) + np.divmod(x, 0.83)[1],
    )


def polynomials(x):
    return (
        np.polyval([1.0, -2.0, 0.5], x),
        polynomial.polyval(x, [1.0, -2.0, 0.5]),
        chebyshev.chebval(x, [0.5, 0.2, 0.3, -1.0]),
        legendre.legval(x, [0.5, 0.2, 0.3, -1.0]),
        hermite.hermval(x, [0.5, 0.2, 0.3]),
        laguerre.lagval(x, [0.5, 0.2, 0.3]),
    )


def grids(x):
    a, b = np.meshgrid(x[:3], x[3:], indexing="ij")
    z = np.linspace(x[0], x[1], 4)
    r = np.rot90(np.outer(x[:2], x[2:]))
    return a * b**2, z, r, np.atleast_2d(x).T, np.expand_dims(x, 0), np.moveaxis(a[None], 0, -1)


def keywords(m):
    return (
        np.sum(a=m, axis=0, keepdims=True),
        np.mean(m, axis=1, dtype=np.float64),
        np.clip(m, a_min=-0.5, a_max=None),
        np.clip(a=m, a_min=None, a_max=0.3),
        np.reshape(m, (4, 3), order="F"),
        m.reshape(2, 6),
        np.transpose(m, axes=(1, 0)),
        np.concatenate((m, m), axis=None),
        np.sort(m, axis=0),
        np.cumsum(m, axis=None),
        np.swapaxes(m, axis1=0, axis2=1),
        np.full_like(m, 2.0) * m,
        np.trace(m, offset=1),
        np.roll(m, shift=(1, -1), axis=(0, 1)),
        np.pad(m, pad_width=1, mode="reflect"),
        np.pad(m, ((1, 0), (0, 2)), "wrap"),
        np.pad(m, 1, "symmetric"),
    )


def matrices_of_methods(m):
    return m.T.copy(), m.dot(m.T), m.flatten("F"), m.squeeze(), m.clip(-1, 1), m.cumsum(0), m.diagonal(), m.trace()


def partition_and_unique(x):
    return np.partition(x, 2)[:3].sum(), np.unique(x), np.flipud(x), np.fliplr(x[None])


CASES = {
    "conditions": (conditions, V),
    "indices": (indices, M),
    "writes": (writes, V),
    "functions that write": (functions_that_write, V),
    "joined": (joined, V),
    "differences": (differences, V),
    "ufunc methods": (methods_of_ufuncs, M),
    "pieces": (pieces, M),
    "unbuffered": (unbuffered, V),
    "normals of a mesh": (mesh_normals, M),
    "reductions": (reductions, M),
    "histograms": (histograms, V),
    "apply": (apply, M),
    "special values": (special_values, V),
    "polynomials": (polynomials, V),
    "grids": (grids, V),
    "keywords": (keywords, M),
    "methods": (matrices_of_methods, M),
    "sorted": (partition_and_unique, V),
}
