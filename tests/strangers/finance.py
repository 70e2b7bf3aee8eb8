"""Options, bonds, portfolios and risk."""

import numpy as np
from scipy.special import erf, ndtr, ndtri

rng = np.random.default_rng(7)
RETURNS = rng.normal(0.01, 0.1, size=(8, 3))
FLOWS = np.array([5.0, 5.0, 5.0, 105.0])
OPTION = np.array([100.0, 95.0, 0.5, 0.03, 0.25]) / np.array([100, 100, 1, 1, 1])


def black_scholes_call(p):
    s, k, t, r, sigma = p
    d1 = (np.log(s / k) + (r + 0.5 * sigma**2) * t) / (sigma * np.sqrt(t))
    d2 = d1 - sigma * np.sqrt(t)
    cdf = lambda x: 0.5 * (1 + erf(x / np.sqrt(2)))
    return s * cdf(d1) - k * np.exp(-r * t) * cdf(d2)


def black_scholes_smile(spots, strikes, sigma):
    d1 = (np.log(spots[:, None] / strikes) + 0.5 * sigma**2) / sigma
    return spots[:, None] * ndtr(d1) - strikes * ndtr(d1 - sigma)


def implied_volatility(price):
    sigma = 0.3
    for _ in range(8):
        d1 = (np.log(1.0 / 0.95) + 0.5 * sigma**2) / sigma
        value = ndtr(d1) - 0.95 * ndtr(d1 - sigma)
        vega = np.exp(-0.5 * d1**2) / np.sqrt(2 * np.pi)
        sigma = sigma - (value - price) / vega
    return sigma


def binomial_tree(p, american=False, steps=5):
    s, k, t, r, sigma = p
    dt = t / steps
    u = np.exp(sigma * np.sqrt(dt))
    prob = (np.exp(r * dt) - 1 / u) / (u - 1 / u)
    prices = s * u ** (2.0 * np.arange(steps + 1) - steps)
    values = np.maximum(k - prices, 0)
    for i in range(steps - 1, -1, -1):
        for j in range(i + 1):
            values[j] = np.exp(-r * dt) * (prob * values[j + 1] + (1 - prob) * values[j])
            if american:
                values[j] = np.maximum(values[j], k - s * u ** (2.0 * j - i))
    return values[0]


def monte_carlo_asian(p):
    s, k, t, r, sigma = p
    z = np.random.default_rng(11).standard_normal((20, 4))
    dt = t / 4
    paths = s * np.exp(np.cumsum((r - 0.5 * sigma**2) * dt + sigma * np.sqrt(dt) * z, axis=1))
    return np.exp(-r * t) * np.mean(np.maximum(paths.mean(axis=1) - k, 0.0))


def heston_path(p):
    kappa, theta, xi, rho, v0 = p
    z = np.random.default_rng(12).standard_normal((4, 2))
    s = np.ones(5) * v0 / v0
    v = v0
    for i in range(4):
        dw = rho * z[i, 0] + np.sqrt(1 - rho**2) * z[i, 1]
        s[i + 1] = s[i] * np.exp(-0.5 * v * 0.1 + np.sqrt(v * 0.1) * z[i, 0])
        v = np.maximum(v + kappa * (theta - v) * 0.1 + xi * np.sqrt(v * 0.1) * dw, 1e-4)
    return s


def crank_nicolson(u, sigma):
    n = len(u)
    a = 0.1 * sigma**2 * (np.diag(np.full(n, -2.0)) + np.diag(np.ones(n - 1), 1) + np.diag(np.ones(n - 1), -1))
    for _ in range(2):
        u = np.linalg.solve(np.eye(n) - a / 2, (np.eye(n) + a / 2) @ u)
    return u


def thomas_algorithm(a, b, c, d):
    n = len(d)
    cp, dp, x = np.zeros_like(c), np.zeros_like(d), np.zeros_like(d)
    cp[0], dp[0] = c[0] / b[0], d[0] / b[0]
    for i in range(1, n):
        m = b[i] - a[i - 1] * cp[i - 1]
        if i < n - 1:
            cp[i] = c[i] / m
        dp[i] = (d[i] - a[i - 1] * dp[i - 1]) / m
    x[-1] = dp[-1]
    for i in reversed(range(n - 1)):
        x[i] = dp[i] - cp[i] * x[i + 1]
    return x


def bond(flows, rate):
    t = np.arange(1, len(flows) + 1)
    discount = (1 + rate) ** -t
    price = flows @ discount
    duration = np.sum(t * flows * discount) / price
    return price, duration


def yield_to_maturity(price):
    y = price * 0 + 0.05
    t = np.arange(1, 5)
    for _ in range(6):
        f = np.sum(FLOWS / (1 + y) ** t) - price
        y = y + f / np.sum(t * FLOWS / (1 + y) ** (t + 1))
    return y


def nelson_siegel(beta, tau):
    t = np.array([0.5, 1, 2, 5, 10])
    x = t / tau
    slope = -np.expm1(-x) / x
    return np.dot(np.stack([np.ones_like(slope), slope, slope - np.exp(-x)], axis=-1), beta)


def bootstrap_curve(par):
    """Discount factors from par rates, each from the ones before."""
    factors = []
    for c in par:
        factors.append((1 - c * sum(factors)) / (1 + c))
    return -np.log(np.array([1.0]) * np.stack(factors)) / np.arange(1, len(par) + 1)


def portfolio(weights, returns):
    w = weights / weights.sum()
    mean, cov = returns.mean(axis=0), np.cov(returns.T)
    variance = w.T.dot(cov).dot(w)
    return w @ mean / np.sqrt(variance), w * (cov @ w) / variance


def minimum_variance(returns):
    inverse = np.linalg.pinv(np.cov(returns, rowvar=0))
    return inverse.sum(axis=1) / inverse.sum()


def value_at_risk(weights, returns):
    pnl = np.sort(returns @ weights)
    parametric = pnl.mean() + ndtri(0.05) * pnl.std(ddof=1)
    return -np.quantile(pnl, 0.1), -pnl[:2].mean(), -parametric


def drawdown(returns):
    wealth = np.cumprod(1 + returns[:, 0])
    peak = np.maximum.accumulate(wealth)
    return np.max(1 - wealth / peak), wealth[-1] ** (1 / 8) - 1


def ewma_volatility(returns, lam):
    variance = returns[0] ** 2
    for r in returns[1:]:
        variance = lam * variance + (1 - lam) * r**2
    return np.sqrt(252 * variance)


def merton_default(p):
    v, d, sigma = p
    dd = (np.log(v / d) - sigma**2 / 2) / sigma
    return ndtr(-dd), -np.log(ndtr(dd) + v / d * ndtr(-dd - sigma))


def loan_schedule(principal, rate):
    payment = principal * rate / (1 - (1 + rate) ** -6)
    balance = np.zeros_like(np.ones(7) * principal)
    balance[0] = principal
    for k in range(6):
        balance[k + 1] = balance[k] * (1 + rate) - payment
    return balance[1:-1]


def copula(rho, u):
    x = ndtri(u)
    return np.sum(-0.5 * np.log(1 - rho**2) - (rho**2 * np.sum(x**2, 1) - 2 * rho * np.prod(x, 1)) / 2 / (1 - rho**2))


CASES = {
    "Black-Scholes": (black_scholes_call, OPTION),
    "Black-Scholes smile": (
        black_scholes_smile,
        np.array([0.9, 1.1]),
        np.array([0.8, 1, 1.2]),
        np.array([0.2, 0.3, 0.4]),
    ),
    "implied volatility": (implied_volatility, np.array(0.15)),
    "binomial tree": (binomial_tree, OPTION),
    "American put": (lambda p: binomial_tree(p, american=True), OPTION + np.array([0, 0.131, 0, 0.05, 0])),
    "Asian option": (monte_carlo_asian, OPTION),
    "Heston": (heston_path, np.array([1.0, 0.2, 0.3, -0.5, 0.1])),
    "Crank-Nicolson": (crank_nicolson, FLOWS / 100, np.array(0.7)),
    "Thomas": (thomas_algorithm, RETURNS[:3, 0], RETURNS[:4, 1] + 2, RETURNS[:3, 2], FLOWS / 50),
    "bond": (bond, FLOWS, np.array(0.04)),
    "yield": (yield_to_maturity, np.array(97.0)),
    "Nelson-Siegel": (nelson_siegel, np.array([0.04, -0.02, 0.01]), np.array(1.5)),
    "bootstrapped curve": (bootstrap_curve, np.array([0.02, 0.025, 0.03])),
    "portfolio": (portfolio, np.array([0.2, 0.5, 0.4]), RETURNS),
    "minimum variance": (minimum_variance, RETURNS),
    "value at risk": (value_at_risk, np.array([0.2, 0.5, 0.3]), RETURNS),
    "drawdown": (drawdown, RETURNS),
    "EWMA": (ewma_volatility, RETURNS, np.array(0.94)),
    "Merton": (merton_default, np.array([1.2, 0.9, 0.3])),
    "loan": (loan_schedule, np.array(10.0), np.array(0.05)),
    "copula": (copula, np.array(0.4), np.array([[0.2, 0.7], [0.6, 0.5], [0.9, 0.3]])),
}
