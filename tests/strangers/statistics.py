"""Likelihoods, filters and estimators, as papers' supplements write them."""

import numpy as np
from scipy.special import betaln, digamma, expit, gammaln, log_ndtr, ndtr, xlogy

rng = np.random.default_rng(2)
DATA = rng.gamma(2.0, 1.0, 8)
COUNTS = np.array([0, 2, 1, 4, 3, 1])
DESIGN = rng.normal(size=(6, 3))
WEIGHTS = rng.normal(size=3) * 0.5
LABELS = np.array([1, 0, 1, 1, 0, 1])
POINTS = rng.normal(size=(6, 2))
PARAMETERS = np.array([0.7, 1.4])


def logsumexp(x, axis=None, keepdims=False):
    top = np.max(x, axis=axis, keepdims=True)
    out = np.log(np.sum(np.exp(x - top), axis=axis, keepdims=True)) + top
    return out if keepdims else np.squeeze(out, axis=axis)


def normal_loglike(theta, x):
    mu, log_sigma = theta
    z = (x - mu) / np.exp(log_sigma)
    return -0.5 * np.sum(z**2) - len(x) * log_sigma - 0.5 * len(x) * np.log(2 * np.pi)


def gamma_loglike(theta, x):
    k, scale = theta
    return np.sum((k - 1) * np.log(x) - x / scale - k * np.log(scale) - gammaln(k))


def beta_loglike(theta, x):
    a, b = theta
    p = x / (1 + x)
    return np.sum((a - 1) * np.log(p) + (b - 1) * np.log1p(-p) - betaln(a, b))


def student_loglike(theta, x):
    nu, s = theta
    norm = gammaln((nu + 1) / 2) - gammaln(nu / 2) - 0.5 * np.log(np.pi * nu) - np.log(s)
    return (norm - (nu + 1) / 2 * np.log1p((x / s) ** 2 / nu)).sum()


def weibull_loglike(theta, x):
    k, lam = theta[0], theta[1]
    return np.sum(np.log(k / lam) + (k - 1) * np.log(x / lam) - np.power(x / lam, k))


def censored_loglike(theta, x):
    """Those above 2 are only known to be above it."""
    mu, s = theta
    seen = x < 2
    z = (x - mu) / s
    return np.where(seen, -0.5 * z**2 - np.log(s), log_ndtr(-(2 - mu) / s)).sum()


def negative_binomial(theta, design):
    r = np.exp(theta[-1])
    mu = np.exp(design @ theta[:-1])
    y = COUNTS
    terms = gammaln(y + r) - gammaln(r) - gammaln(y + 1) + r * np.log(r / (r + mu)) + y * np.log(mu / (r + mu))
    return terms.sum()


def poisson_regression(beta, design):
    eta = np.dot(design, beta)
    return np.mean(np.exp(eta) - COUNTS * eta)


def zero_inflated(theta, design):
    p, rate = expit(theta[0]), np.exp(np.matmul(design, theta))
    loglike = np.log(1 - p) - rate + xlogy(COUNTS, rate)
    zeros = COUNTS == 0
    loglike[zeros] = np.log(p + (1 - p) * np.exp(-rate[zeros]))
    return loglike.sum()


def logistic_regression(w, x):
    return np.logaddexp(0, -(2 * LABELS - 1) * x.dot(w)).sum() + 0.1 * np.dot(w, w)


def probit_regression(w, x):
    p = ndtr(x @ w)
    return -(LABELS * np.log(p) + (1 - LABELS) * np.log(1 - p)).sum()


def ridge(x, penalty):
    a = x.T @ x + penalty * np.eye(x.shape[1])
    beta = np.linalg.solve(a, x.T @ LABELS)
    return np.sum((LABELS - x @ beta) ** 2)


def multinomial_regression(w, x):
    scores = x @ np.reshape(w, (-1, 1)) * np.arange(3)
    return -(scores - logsumexp(scores, axis=1, keepdims=True))[np.arange(6), LABELS].mean()


def cox_partial_likelihood(beta, x):
    """Rows are sorted by time; the risk set of a row is what follows it."""
    eta = x @ beta
    risk = np.log(np.cumsum(np.exp(eta[::-1]))[::-1])
    return -np.sum((eta - risk)[LABELS == 1])


def gaussian_mixture(means, log_weights, x):
    log_pi = log_weights - logsumexp(log_weights)
    d2 = ((x[:, None, :] - means[None, :, :]) ** 2).sum(axis=-1)
    return logsumexp(log_pi - 0.5 * d2 - np.log(2 * np.pi), axis=1).sum()


def expectation_maximisation(means, x):
    """Two steps of EM by hand."""
    for _ in range(2):
        d2 = np.linalg.norm(x[:, np.newaxis] - means, axis=2) ** 2
        r = np.exp(-d2 / 2)
        r /= r.sum(axis=1, keepdims=True)
        means = r.T @ x / r.sum(axis=0)[:, None]
    return means


def hmm_forward(transitions, emissions):
    a = np.exp(transitions) / np.exp(transitions).sum(axis=1, keepdims=True)
    alpha = np.ones(2) / 2 * np.exp(emissions[0])
    loglike = 0.0
    for t in range(1, len(emissions)):
        c = alpha.sum()
        loglike += np.log(c)
        alpha = (alpha / c) @ a * np.exp(emissions[t])
    return loglike + np.log(alpha.sum())


def viterbi_score(transitions, emissions):
    delta = emissions[0]
    for e in emissions[1:]:
        delta = np.max(delta[:, None] + transitions, axis=0) + e
    return delta.max()


def kalman_filter(y, noise):
    f, h = np.array([[1.0, 0.5], [0.0, 1.0]]), np.array([[1.0, 0.0]])
    q, r = noise[0] * np.eye(2), noise[1] * np.eye(1)
    m, p, loglike = np.zeros(2), np.eye(2), 0.0
    for obs in y:
        m, p = f @ m, f @ p @ f.T + q
        s = h @ p @ h.T + r
        gain = p @ h.T @ np.linalg.inv(s)
        v = obs - h @ m
        loglike = loglike - 0.5 * (v @ np.linalg.solve(s, v) + np.log(np.linalg.det(2 * np.pi * s)))
        m, p = m + gain @ v, p - gain @ s @ gain.T
    return loglike


def gaussian_process(theta, x):
    amplitude, length, noise = np.exp(theta)
    sq = np.sum(x**2, 1)[:, None] + np.sum(x**2, 1)[None, :] - 2 * x @ x.T
    k = amplitude * np.exp(-0.5 * sq / length**2) + noise * np.eye(len(x))
    chol = np.linalg.cholesky(k)
    alpha = np.linalg.solve(chol.T, np.linalg.solve(chol, LABELS))
    return -0.5 * LABELS @ alpha - np.log(np.diag(chol)).sum() - 0.5 * len(x) * np.log(2 * np.pi)


def kernel_density(x, grid):
    h = 1.06 * x.std(ddof=1) * len(x) ** (-1 / 5)
    u = np.subtract.outer(grid, x) / h
    return np.mean(np.exp(-0.5 * u * u), axis=1) / (h * np.sqrt(2 * np.pi))


def nadaraya_watson(x, y):
    k = np.exp(-np.abs(x[:, None] - x[None, :]))
    np.fill_diagonal(k, 0)
    return np.sum((y - (k @ y) / k.sum(-1)) ** 2)


def pca_loss(x):
    centred = x - x.mean(axis=0)
    _, s, _ = np.linalg.svd(centred, full_matrices=False)
    return s[0] ** 2 / np.sum(s**2)


def explained_by_eigh(x):
    w, v = np.linalg.eigh(np.cov(x, rowvar=False))
    return w[::-1] / w.sum(), np.abs(v[:, -1])


def mahalanobis(x):
    d = x - np.mean(x, axis=0, keepdims=True)
    return np.sqrt(np.einsum("ni,ij,nj->n", d, np.linalg.inv(np.cov(x.T)), d))


def correlations(x):
    c = np.corrcoef(x, rowvar=False)
    i, j = np.triu_indices(len(c), k=1)
    return np.arctanh(c[i, j])


def bootstrap(x):
    index = np.random.default_rng(7).integers(0, len(x), size=(5, len(x)))
    return np.std(x[index].mean(axis=1)), np.percentile(x, [25, 50, 75])


def effective_sample_size(log_weights):
    w = np.exp(log_weights - np.max(log_weights))
    w = w / np.sum(w)
    return 1.0 / np.sum(w**2)


def skew_and_kurtosis(x):
    z = (x - np.average(x)) / np.std(x)
    return np.array([1.0, 2.0]) * np.stack((np.mean(z**3), np.mean(z**4) - 3))


def anova(x):
    groups = np.array_split(x, 3)
    grand = np.mean(x)
    between = sum(len(g) * (np.mean(g) - grand) ** 2 for g in groups)
    within = sum(np.sum((g - g.mean()) ** 2) for g in groups)
    return (between / 2) / (within / (len(x) - 3))


def dirichlet_kl(a, b):
    total = np.sum(a)
    kl = gammaln(total) - gammaln(a).sum() - gammaln(b.sum()) + gammaln(b).sum()
    return kl + np.sum((a - b) * (digamma(a) - digamma(total)))


def energy_distance(x, y):
    between = np.abs(np.subtract.outer(x, y)).mean()
    return 2 * between - np.mean(np.abs(x[:, None] - x)) - np.mean(np.abs(y[:, None] - y))


def huber_location(mu, x):
    r = x - mu
    small = np.abs(r) <= 1.345
    out = np.empty_like(r)
    out[small] = 0.5 * r[small] ** 2
    out[~small] = 1.345 * (np.abs(r[~small]) - 0.5 * 1.345)
    return out.sum()


def gini(x):
    x = np.sort(x)
    n = x.shape[0]
    return np.dot(2 * np.arange(1, n + 1) - n - 1, x) / (n * np.sum(x))


def garch(theta, returns):
    omega, alpha, beta = theta
    sigma2 = np.zeros_like(returns)
    sigma2[0] = np.var(returns)
    for t in range(1, len(returns)):
        sigma2[t] = omega + alpha * returns[t - 1] ** 2 + beta * sigma2[t - 1]
    return 0.5 * np.sum(np.log(sigma2) + returns**2 / sigma2)


def isotonic_by_accumulate(x):
    return np.minimum.accumulate(np.maximum.accumulate(x)[::-1])[::-1] + np.add.accumulate(x) * 0.1


CASES = {
    "normal": (normal_loglike, PARAMETERS, DATA),
    "gamma": (gamma_loglike, PARAMETERS, DATA),
    "beta": (beta_loglike, PARAMETERS, DATA),
    "Student": (student_loglike, PARAMETERS, DATA),
    "Weibull": (weibull_loglike, PARAMETERS, DATA),
    "censored": (censored_loglike, PARAMETERS, DATA),
    "negative binomial": (negative_binomial, np.append(WEIGHTS, 0.3), DESIGN),
    "Poisson regression": (poisson_regression, WEIGHTS, DESIGN),
    "zero-inflated Poisson": (zero_inflated, WEIGHTS, DESIGN),
    "logistic regression": (logistic_regression, WEIGHTS, DESIGN),
    "probit regression": (probit_regression, WEIGHTS, DESIGN),
    "ridge": (ridge, DESIGN, np.array(0.3)),
    "multinomial regression": (multinomial_regression, WEIGHTS, DESIGN),
    "Cox": (cox_partial_likelihood, WEIGHTS, DESIGN),
    "Gaussian mixture": (gaussian_mixture, POINTS[:3] + 0.1, WEIGHTS, POINTS),
    "EM": (expectation_maximisation, POINTS[:2] + 0.1, POINTS),
    "hidden Markov model": (hmm_forward, DESIGN[:2, :2], POINTS),
    "Viterbi": (viterbi_score, DESIGN[:2, :2], POINTS),
    "Kalman filter": (kalman_filter, DATA[:5], PARAMETERS),
    "Gaussian process": (gaussian_process, np.array([0.1, 0.2, -1.0]), POINTS),
    "kernel density": (kernel_density, DATA, np.linspace(0, 4, 5)),
    "Nadaraya-Watson": (nadaraya_watson, DATA, np.cos(DATA)),
    "PCA": (pca_loss, DESIGN),
    "eigenvectors of a covariance": (explained_by_eigh, DESIGN),
    "Mahalanobis": (mahalanobis, POINTS),
    "correlations": (correlations, DESIGN),
    "bootstrap": (bootstrap, DATA),
    "effective sample size": (effective_sample_size, DATA),
    "skew and kurtosis": (skew_and_kurtosis, DATA),
    "ANOVA": (anova, DATA),
    "Dirichlet": (dirichlet_kl, DATA[:4], DATA[4:]),
    "energy distance": (energy_distance, DATA, np.cos(DATA)),
    "Huber location": (huber_location, np.array(0.5), DATA),
    "Gini": (gini, DATA),
    "GARCH": (garch, np.array([0.2, 0.3, 0.5]), DATA),
    "running extremes": (isotonic_by_accumulate, DATA),
}
