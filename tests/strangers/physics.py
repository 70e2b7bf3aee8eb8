"""Energies, and equations of motion stepped in time."""

import numpy as np

rng = np.random.default_rng(4)
BODIES = rng.normal(size=(4, 3))
MASSES = rng.uniform(0.5, 2, 4)
FIELD = rng.normal(size=(4, 5))
ROD = rng.normal(size=8)


def gravitational_energy(x, m):
    total = 0.0
    for i in range(len(x)):
        for j in range(i):
            r = x[i] - x[j]
            total -= m[i] * m[j] / np.sqrt(r.dot(r))
    return total


def lennard_jones(x):
    i, j = np.triu_indices(len(x), 1)
    s6 = (1 / np.sum((x[i] - x[j]) ** 2, axis=-1)) ** 3
    return 4 * np.sum(s6**2 - s6)


def coulomb_forces(x, q):
    d = x[:, None, :] - x[None, :, :]
    r = np.sqrt((d**2).sum(-1) + np.eye(len(x)))
    weights = np.outer(q, q) / r**3
    return np.einsum("ij,ijk->ik", weights, d)


def periodic_energy(x):
    d = np.subtract.outer(x[:, 0], x[:, 0])
    d = d - np.round(d)
    return np.sum(np.triu(np.cos(2 * np.pi * d), k=1))


def ising_like(s):
    s = np.tanh(s)
    return -np.sum(s * np.roll(s, 1, axis=0)) - np.sum(s * np.roll(s, -1, axis=1)) - 0.1 * s.sum()


def leapfrog(x, m):
    v = np.zeros_like(x)
    for _ in range(3):
        a = -coulomb_forces(x, m) / m[:, None]
        v += 0.01 * a
        x = x + 0.01 * v
    return x, 0.5 * np.sum(m * np.sum(v**2, axis=1))


def heat_equation(u):
    u = u.copy()
    for _ in range(4):
        u[1:-1] = u[1:-1] + 0.2 * (u[2:] - 2 * u[1:-1] + u[:-2])
    return u


def heat_in_place(u):
    u = u * 1.0
    for _ in range(3):
        u[1:-1] += 0.2 * (u[2:] - 2 * u[1:-1] + u[:-2])
        u[0], u[-1] = u[1], 0.0
    return u


def wave_equation(u0, speed):
    u = np.zeros((5, len(u0))) * u0
    u[0] = u0
    u[1, 1:-1] = u0[1:-1]
    for t in range(1, 4):
        lap = u[t, 2:] - 2 * u[t, 1:-1] + u[t, :-2]
        u[t + 1, 1:-1] = 2 * u[t, 1:-1] - u[t - 1, 1:-1] + speed**2 * lap
    return u[-1]


def jacobi_laplace(u):
    for _ in range(3):
        new = np.copy(u)
        new[1:-1, 1:-1] = 0.25 * (u[:-2, 1:-1] + u[2:, 1:-1] + u[1:-1, :-2] + u[1:-1, 2:])
        u = new
    return u


def gauss_seidel(u):
    u = np.copy(u)
    for i in range(1, u.shape[0] - 1):
        for j in range(1, u.shape[1] - 1):
            u[i, j] = (u[i - 1, j] + u[i + 1, j] + u[i, j - 1] + u[i, j + 1]) / 4
    return u


def rk4(f, y, h, steps):
    for _ in range(steps):
        k1 = f(y)
        k2 = f(y + h / 2 * k1)
        k3 = f(y + h / 2 * k2)
        k4 = f(y + h * k3)
        y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return y


def lotka_volterra(y, p):
    a, b, c, d = p

    def f(y):
        prey, predator = y
        return np.stack([a * prey - b * prey * predator, -c * predator + d * prey * predator])

    return rk4(f, y, 0.1, 3)


def lorenz(y):
    def f(y):
        dy = np.empty_like(y)
        dy[0] = 10 * (y[1] - y[0])
        dy[1] = y[0] * (28 - y[2]) - y[1]
        dy[2] = y[0] * y[1] - 8 / 3 * y[2]
        return dy

    return rk4(f, y, 0.01, 4)


def pendulum(state, length):
    theta, omega = state[0], state[1]
    path = []
    for _ in range(6):
        omega = omega - 0.1 * 9.81 / length * np.sin(theta)
        theta = theta + 0.1 * omega
        path.append(theta)
    return np.vstack([np.stack(path), np.hstack(path) ** 2])


def double_pendulum_energy(q, v):
    t1, t2 = q
    kinetic = v[0] ** 2 + 0.5 * v[1] ** 2 + v[0] * v[1] * np.cos(t1 - t2)
    return kinetic - 9.81 * (2 * np.cos(t1) + np.cos(t2))


def thin_lenses(height, focal):
    ray = np.array([1.0, 0.0]) * height
    for f in focal:
        lens = np.array([[1.0, 0.0], [-1.0, 1.0]]) * np.stack([np.ones(2), np.stack([1 / f, 1.0])])
        ray = np.array([[1.0, 0.3], [0.0, 1.0]]) @ (lens @ ray)
    return ray


def snell(angle, index):
    s = np.sin(angle) * index[0] / index[1]
    refracted = np.arcsin(np.clip(s, -1, 1))
    rs = np.square(np.sin(angle - refracted) / np.sin(angle + refracted))
    return refracted, np.rad2deg(rs)


def kepler(mean_anomaly, e):
    ecc = mean_anomaly
    for _ in range(10):
        ecc = ecc - (ecc - e * np.sin(ecc) - mean_anomaly) / (1 - e * np.cos(ecc))
    return 2 * np.arctan2(np.sqrt(1 + e) * np.sin(ecc / 2), np.sqrt(1 - e) * np.cos(ecc / 2))


def orbital_elements(r, v):
    h = np.cross(r, v)
    ecc = np.cross(v, h) - r / np.linalg.norm(r)
    node = np.cross([0.0, 0.0, 1.0], h)
    inclination = np.arccos(h[2] / np.linalg.norm(h))
    ascending = np.arctan2(node[1], node[0])
    axis = 1 / (2 / np.linalg.norm(r) - np.vdot(v, v))
    return np.stack([np.linalg.norm(ecc), inclination, ascending, axis])


def planck(wavelength, temperature):
    x = 1.0 / np.multiply.outer(temperature, wavelength)
    return 1 / (wavelength**5 * np.expm1(x))


def van_der_waals(v, t):
    return np.divide(t, v - 0.1) - 0.3 / np.power(v, 2)


def drag_with_a_branch(v):
    out = 0.0
    for speed in v:
        if speed > 1:
            out = out + 0.5 * speed**2
        elif speed < 0:
            out = out - np.expm1(speed)
        else:
            out = out + 0.1 * speed**3
    return out


def schrodinger_ground_state(potential):
    n = potential.size
    h = np.diag(potential) + 2 * np.eye(n) - np.eye(n, k=1) - np.eye(n, k=-1)
    return np.linalg.eigvalsh(h)[:2]


def quantum_gates(angles):
    """Amplitudes kept real: rotations of two bits by Kronecker products."""
    state = np.array([1.0, 0.0, 0.0, 0.0])
    for a in angles:
        c, s = np.cos(a / 2), np.sin(a / 2)
        r = np.array([[1.0, 0.0], [0.0, 1.0]]) * c + np.array([[0.0, -1.0], [1.0, 0.0]]) * s
        state = np.kron(r, np.eye(2)) @ state
        state = state[[0, 1, 3, 2]]
    return state**2


def upwind_advection(u, c):
    for _ in range(3):
        flux = np.where(c > 0, c * u, c * np.roll(u, -1))
        u = u - 0.1 * (flux - np.roll(flux, 1))
    return u


CASES = {
    "gravity": (gravitational_energy, BODIES, MASSES),
    "Lennard-Jones": (lennard_jones, BODIES * 2),
    "Coulomb": (coulomb_forces, BODIES, MASSES),
    "periodic": (periodic_energy, BODIES),
    "Ising": (ising_like, FIELD),
    "leapfrog": (leapfrog, BODIES, MASSES),
    "heat": (heat_equation, ROD),
    "heat in place": (heat_in_place, ROD),
    "wave": (wave_equation, ROD, np.array(0.5)),
    "Jacobi": (jacobi_laplace, FIELD),
    "Gauss-Seidel": (gauss_seidel, FIELD),
    "Lotka-Volterra": (lotka_volterra, np.array([1.0, 0.5]), np.array([1.1, 0.4, 0.4, 0.1])),
    "Lorenz": (lorenz, np.array([1.0, 0.5, 2.0])),
    "pendulum": (pendulum, np.array([0.5, 0.2]), np.array(1.3)),
    "double pendulum": (double_pendulum_energy, np.array([0.5, 0.2]), np.array([1.0, -0.3])),
    "lenses": (thin_lenses, np.array(0.4), np.array([1.5, 2.0, -3.0])),
    "Snell": (snell, np.array([0.3, 0.7]), np.array([1.0, 1.5])),
    "Kepler": (kepler, np.array([0.4, 1.7, 2.5]), np.array(0.3)),
    "orbital elements": (orbital_elements, np.array([1.0, 0.2, 0.1]), np.array([-0.1, 0.9, 0.3])),
    "Planck": (planck, np.array([0.5, 0.8]), np.array([1.0, 2.0, 3.0])),
    "van der Waals": (van_der_waals, np.array([1.0, 2.0]), np.array(1.5)),
    "drag": (drag_with_a_branch, np.array([1.7, -0.4, 0.6])),
    "Schrödinger": (schrodinger_ground_state, ROD),
    "gates": (quantum_gates, np.array([0.3, 1.1, -0.7])),
    "advection": (upwind_advection, ROD, np.array([0.3])),
}
