"""Test functions of optimisation, as benchmark collections write them."""

import numpy as np

rng = np.random.default_rng(1)
X = rng.uniform(-1.5, 1.5, 6)
PAIR = np.array([0.7, -1.3])


def rosenbrock(x):
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2.0) ** 2.0 + (1 - x[:-1]) ** 2.0)


def ackley(x, a=20, b=0.2, c=2 * np.pi):
    d = len(x)
    sum_sq = sum(xi**2 for xi in x)
    sum_cos = sum(np.cos(c * xi) for xi in x)
    return -a * np.exp(-b * np.sqrt(sum_sq / d)) - np.exp(sum_cos / d) + a + np.e


def rastrigin(x):
    return 10 * x.size + (x**2 - 10 * np.cos(2 * np.pi * x)).sum()


def griewank(x):
    i = np.arange(1, x.shape[0] + 1)
    return 1 + np.sum(x * x) / 4000 - np.prod(np.cos(x / np.sqrt(i)))


def levy(x):
    w = 1 + (x - 1) / 4
    head = np.sin(np.pi * w[0]) ** 2
    body = np.sum((w[:-1] - 1) ** 2 * (1 + 10 * np.sin(np.pi * w[:-1] + 1) ** 2))
    return head + body + (w[-1] - 1) ** 2 * (1 + np.sin(2 * np.pi * w[-1]) ** 2)


def himmelblau(p):
    x, y = p
    return (x * x + y - 11) ** 2 + (x + y * y - 7) ** 2


def beale(p):
    x, y = p[0], p[1]
    total = 0.0
    for k, c in enumerate([1.5, 2.25, 2.625], start=1):
        total += (c - x + x * y**k) ** 2
    return total


def branin(p):
    x, y = p
    return (y - 5.1 / (4 * np.pi**2) * x**2 + 5 / np.pi * x - 6) ** 2 + 10 * (1 - 1 / (8 * np.pi)) * np.cos(x) + 10


def goldstein_price(p):
    x, y = p
    first = 1 + (x + y + 1) ** 2 * (19 - 14 * x + 3 * x**2 - 14 * y + 6 * x * y + 3 * y**2)
    second = 30 + (2 * x - 3 * y) ** 2 * (18 - 32 * x + 12 * x**2 + 48 * y - 36 * x * y + 27 * y**2)
    return np.log(first * second)


def hartmann3(x):
    a = np.array([[3.0, 10, 30], [0.1, 10, 35], [3.0, 10, 30], [0.1, 10, 35]])
    p = 1e-4 * np.array([[3689, 1170, 2673], [4699, 4387, 7470], [1091, 8732, 5547], [381, 5743, 8828]])
    alpha = np.array([1.0, 1.2, 3.0, 3.2])
    return -alpha @ np.exp(-np.sum(a * (x - p) ** 2, axis=1))


def styblinski_tang(x):
    return 0.5 * np.polyval([1, 0, -16, 5, 0], x).sum()


def michalewicz(x, m=5):
    i = np.arange(len(x)) + 1
    return -(np.sin(x) * np.sin(i * x**2 / np.pi) ** (2 * m)).sum()


def schwefel(x):
    return 418.9829 * len(x) - np.dot(x, np.sin(np.sqrt(np.abs(x))))


def zakharov(x):
    linear = np.inner(0.5 * np.arange(1, x.size + 1), x)
    return np.linalg.norm(x) ** 2 + linear**2 + linear**4


def powell(x):
    x = np.reshape(x, (-1, 3))
    a, b, c = x.T
    return np.sum((a + 10 * b) ** 2 + 5 * (c - a) ** 2 + (b - 2 * c) ** 4)


def dixon_price(x):
    i = np.arange(2, len(x) + 1)
    return (x[0] - 1) ** 2 + (i * (2 * x[1:] ** 2 - x[:-1]) ** 2).sum()


def schaffer_n2(p):
    x, y = np.split(p, 2)
    return np.squeeze(0.5 + (np.sin(x**2 - y**2) ** 2 - 0.5) / (1 + 1e-3 * (x**2 + y**2)) ** 2)


def six_hump_camel(p):
    return np.array([4 - 2.1 * 0.49 + 0.49**2 / 3, 1.0]) @ np.square(p) + 4 * p[1] ** 4 - 4 * p[1] ** 2


def eggholder(p):
    x, y = p * 100
    return -(y + 47) * np.sin(np.sqrt(np.abs(x / 2 + y + 47))) - x * np.sin(np.sqrt(np.abs(x - (y + 47))))


def trid_residuals(x):
    """Least squares: a vector of residuals."""
    r = np.zeros_like(x)
    r[0] = x[0] - 1
    for i in range(1, len(x)):
        r[i] = x[i] - 0.5 * x[i - 1] ** 2
    return r


def augmented_lagrangian(x, multipliers):
    constraints = np.array([1.0, -2.0]) - np.stack([np.sum(x), np.sum(x[::2] * x[1::2])])
    return np.sum(x**4) + multipliers @ constraints + 5.0 * np.sum(np.square(np.maximum(constraints, 0)))


def gradient_descent_on_a_quadratic(x, rate):
    """Hyperparameter gradients: the loss after some steps."""
    h = np.diag(np.arange(1.0, x.size + 1)) + 0.1
    velocity = np.zeros_like(x)
    for _ in range(5):
        velocity = 0.9 * velocity - rate * (h @ x)
        x = x + velocity
    return 0.5 * x.dot(h).dot(x)


CASES = {
    "rosenbrock": (rosenbrock, X),
    "ackley": (ackley, X),
    "rastrigin": (rastrigin, X),
    "griewank": (griewank, X),
    "levy": (levy, X),
    "himmelblau": (himmelblau, PAIR),
    "beale": (beale, PAIR),
    "branin": (branin, PAIR),
    "goldstein price": (goldstein_price, PAIR),
    "hartmann": (hartmann3, np.array([0.2, 0.5, 0.8])),
    "styblinski tang": (styblinski_tang, X),
    "michalewicz": (michalewicz, X + 2),
    "schwefel": (schwefel, X * 10),
    "zakharov": (zakharov, X),
    "powell": (powell, X),
    "dixon price": (dixon_price, X),
    "schaffer": (schaffer_n2, PAIR),
    "six-hump camel": (six_hump_camel, PAIR),
    "eggholder": (eggholder, PAIR),
    "trid residuals": (trid_residuals, X),
    "augmented Lagrangian": (augmented_lagrangian, X, PAIR),
    "unrolled descent": (gradient_descent_on_a_quadratic, X, np.array(0.05)),
}
