"""Decompositions by loops, iterations, and what np.linalg composes."""

import numpy as np

rng = np.random.default_rng(8)
A = rng.normal(size=(4, 4))
SPD = A @ A.T + np.eye(4)
B = rng.normal(size=4)
SMALL = A[:3, :3] * 0.4


def cholesky_by_loops(a):
    n = len(a)
    low = np.zeros_like(a)
    for i in range(n):
        for j in range(i + 1):
            s = a[i, j] - np.sum(low[i, :j] * low[j, :j])
            low[i, j] = np.sqrt(s) if i == j else s / low[j, j]
    return low


def gram_schmidt(a):
    q = np.zeros_like(a)
    r = np.zeros_like(a)
    for j in range(a.shape[1]):
        v = a[:, j]
        for i in range(j):
            r[i, j] = q[:, i] @ a[:, j]
            v = v - r[i, j] * q[:, i]
        r[j, j] = np.linalg.norm(v)
        q[:, j] = v / r[j, j]
    return q, r


def householder(a):
    r = a.copy()
    for k in range(len(a) - 1):
        x = r[k:, k]
        e = np.zeros_like(x)
        e[0] = np.copysign(np.linalg.norm(x), x[0])
        v = (x + e)[:, None]
        r[k:, k:] -= 2 * v @ (v.T @ r[k:, k:]) / (v.T @ v)
    return np.triu(r)


def determinant_by_lu(a):
    u = a.astype(float)
    det = 1.0
    for k in range(len(u)):
        for i in range(k + 1, len(u)):
            u[i] -= u[i, k] / u[k, k] * u[k]
        det *= u[k, k]
    return det


def determinant_with_pivots(a):
    u, sign = np.copy(a), 1
    for k in range(u.shape[0]):
        p = k + np.argmax(np.abs(u[k:, k]))
        if p != k:
            u[[k, p]] = u[[p, k]]
            sign = -sign
        u[k + 1 :, k:] -= np.outer(u[k + 1 :, k] / u[k, k], u[k, k:])
    return sign * np.prod(np.diagonal(u))


def determinant_by_minors(a):
    if len(a) == 1:
        return a[0, 0]
    return sum(
        (-1) ** j * a[0, j] * determinant_by_minors(np.delete(np.delete(a, 0, axis=0), j, axis=1))
        for j in range(len(a))
    )


def gauss_jordan(a):
    aug = np.concatenate([a, np.eye(len(a))], axis=1)
    for i in range(len(a)):
        aug[i] /= aug[i, i]
        for k in range(len(a)):
            if k != i:
                aug[k] = aug[k] - aug[k, i] * aug[i]
    return aug[:, len(a) :]


def back_substitution(a, b):
    u = np.triu(a)
    x = np.zeros_like(b)
    for i in range(len(b))[::-1]:
        x[i] = (b[i] - np.dot(u[i, i + 1 :], x[i + 1 :])) / u[i, i]
    return x


def power_iteration(a):
    v = np.ones(a.shape[0])
    for _ in range(5):
        v = a @ v
        v /= np.linalg.norm(v)
    return v.dot(a @ v), v


def jacobi_eigenvalues(a):
    a = a.copy()
    for p, q in [(0, 1), (0, 2), (1, 2)]:
        theta = 0.5 * np.arctan2(2 * a[p, q], a[q, q] - a[p, p])
        c, s = np.cos(theta), np.sin(theta)
        g = np.eye(len(a)) + np.zeros_like(a)
        g[p, p] = g[q, q] = c
        g[p, q], g[q, p] = s, -s
        a = g.T @ a @ g
    return np.diag(a)


def conjugate_gradients(a, b):
    x = np.zeros_like(b)
    r = b - a @ x
    p = r.copy()
    for _ in range(3):
        ap = np.matmul(a, p)
        alpha = np.vdot(r, r) / np.vdot(p, ap)
        x += alpha * p
        new = r - alpha * ap
        p = new + (new @ new) / (r @ r) * p
        r = new
    return x


def matrix_exponential(a):
    term = total = np.eye(len(a))
    for k in range(1, 15):
        term = term @ a / k
        total = total + term
    return total


def newton_schulz(a):
    x = a.T / (np.abs(a).sum(axis=0).max() * np.abs(a).sum(axis=1).max())
    for _ in range(6):
        x = x @ (2 * np.eye(len(a)) - a @ x)
    return x


def denman_beavers(a):
    y, z = a, np.eye(len(a))
    for _ in range(6):
        y, z = (y + np.linalg.inv(z)) / 2, (z + np.linalg.inv(y)) / 2
    return y


def lyapunov(a, q):
    n = len(a)
    m = np.kron(np.eye(n), a) + np.kron(a, np.eye(n)) - 2 * np.eye(n * n)
    return np.linalg.solve(m, -q.ravel()).reshape(n, n)


def riccati(a, q):
    p = np.eye(len(a))
    for _ in range(5):
        gain = np.linalg.solve(np.eye(len(a)) + p, p @ a)
        p = q @ q.T + a.T @ p @ (a - gain)
    return p


def pagerank(links):
    m = np.abs(links)
    np.fill_diagonal(m, 0)
    m = m / m.sum(axis=0)
    r = np.full(len(m), 1 / len(m))
    for _ in range(8):
        r = 0.85 * m @ r + 0.15 / len(m)
    return r


def markov_stationary(a):
    p = np.exp(a) / np.exp(a).sum(axis=1, keepdims=True)
    system = np.vstack([p.T - np.eye(len(p)), np.ones(len(p))])
    return np.linalg.lstsq(system, np.append(np.zeros(len(p)), 1.0), rcond=None)[0]


def log_determinants(a):
    sign, logdet = np.linalg.slogdet(a)
    return logdet * sign, np.linalg.norm(a, 2), np.linalg.norm(a, "nuc"), np.linalg.norm(a, np.inf)


def inverse_by_svd(a):
    u, s, vt = np.linalg.svd(a)
    return (vt.T / s) @ u.T, s.max() / s.min()


def block_inverse(a, b):
    full = np.block([[a, b[:, None]], [b[None, :], np.array([[9.0]])]])
    return np.linalg.inv(full)[-1]


def toeplitz_and_hankel(b):
    i = np.arange(4)
    toeplitz = b[np.abs(np.subtract.outer(i, i))]
    hankel = b[np.minimum(np.add.outer(i, i), 3)]
    return np.trace(toeplitz @ hankel), np.linalg.det(toeplitz)


def vandermonde_fit(x, y):
    v = np.vander(x, 3)
    return np.linalg.solve(v.T @ v, v.T @ y)


def low_rank_by_alternation(a):
    v = np.ones((4, 1))
    for _ in range(3):
        u = a @ v @ np.linalg.inv(v.T @ v)
        v = a.T @ u @ np.linalg.inv(u.T @ u)
    return u @ v.T


def expectation_of_a_network(tensor, matrix):
    t = tensor.reshape(2, 2, 2, 2)
    return np.einsum("abcd,ac->bd", t, matrix[:2, :2]), np.tensordot(t, t, axes=([0, 2], [2, 0])).sum()


def matrix_power_and_kron(a):
    return np.linalg.matrix_power(a, 3), np.linalg.matrix_power(a + 2 * np.eye(3), -1), np.kron(a, a[0]).sum()


CASES = {
    "Cholesky by loops": (cholesky_by_loops, SPD),
    "Gram-Schmidt": (gram_schmidt, A),
    "Householder": (householder, A),
    "LU": (determinant_by_lu, A),
    "LU with pivots": (determinant_with_pivots, A),
    "minors": (determinant_by_minors, A),
    "Gauss-Jordan": (gauss_jordan, SPD),
    "back substitution": (back_substitution, SPD, B),
    "power iteration": (power_iteration, SPD),
    "Jacobi rotations": (jacobi_eigenvalues, SPD),
    "conjugate gradients": (conjugate_gradients, SPD, B),
    "exponential": (matrix_exponential, SMALL),
    "Newton-Schulz": (newton_schulz, SPD),
    "square root": (denman_beavers, SPD),
    "Lyapunov": (lyapunov, SMALL, A[:3, :3]),
    "Riccati": (riccati, SMALL, A[:3, :3]),
    "PageRank": (lambda x: pagerank(x * 1), A),
    "stationary": (markov_stationary, SMALL),
    "norms": (log_determinants, A),
    "inverse by SVD": (inverse_by_svd, A),
    "blocks": (block_inverse, SPD, B),
    "Toeplitz": (toeplitz_and_hankel, B),
    "Vandermonde": (vandermonde_fit, B, np.cos(B)),
    "low rank": (low_rank_by_alternation, A),
    "tensor network": (expectation_of_a_network, A, SMALL),
    "powers": (matrix_power_and_kron, SMALL),
}
