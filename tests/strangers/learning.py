"""Layers, losses and dynamic programs of machine learning, by hand."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

rng = np.random.default_rng(5)
X = rng.normal(size=(4, 3))
Y = np.array([0, 2, 1, 2])
W1, B1, W2 = rng.normal(size=(3, 5)), rng.normal(size=5), rng.normal(size=(5, 3))
SEQUENCE = rng.normal(size=(4, 2))
IMAGES = rng.normal(size=(2, 2, 4, 6))
DISTRIBUTION = rng.uniform(0.1, 0.9, (4, 3))


def softmax(x, axis=-1):
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def sigmoid(x):
    return np.where(x >= 0, 1 / (1 + np.exp(-x)), np.exp(x) / (1 + np.exp(x)))


def mlp(w1, b1, w2):
    h = np.maximum(0, X @ w1 + b1)
    p = softmax(h @ w2)
    return -np.log(p[range(len(Y)), Y]).mean() + 0.01 * np.sum(w1**2)


def mlp_tanh_one_hot(w1, b1, w2):
    one_hot = np.eye(3)[Y]
    logits = np.dot(np.tanh(np.dot(X, w1) + b1), w2)
    return -np.sum(one_hot * (logits - np.log(np.exp(logits).sum(axis=1, keepdims=True)))) / len(Y)


def lstm(x, w, u):
    hidden = 2
    h, c = np.zeros(hidden), np.zeros(hidden)
    for t in range(x.shape[0]):
        i, f, o, g = np.split(x[t] @ w + h @ u, 4)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
    return h, c


def gru(x, w, u):
    h = np.zeros((1, 2))
    outputs = np.zeros_like(x)
    for t, xt in enumerate(x):
        a, b = xt[None] @ w, h @ u
        z, r = sigmoid(a[:, :2] + b[:, :2]), sigmoid(a[:, 2:4] + b[:, 2:4])
        n = np.tanh(a[:, 4:] + r * b[:, 4:])
        h = (1 - z) * n + z * h
        outputs[t] = h[0]
    return outputs


def attention(q, k, v):
    scores = q @ k.T / np.sqrt(q.shape[-1])
    mask = np.triu(np.ones(scores.shape, dtype=bool), k=1)
    scores = np.where(mask, -np.inf, scores)
    return softmax(scores) @ v


def masked_in_place_attention(q, k):
    scores = np.einsum("id,jd->ij", q, k)
    scores[np.triu_indices(len(q), 1)] = -1e9
    weights = softmax(scores)
    return np.einsum("ij,jd->id", weights, k)


def multi_head(x, w):
    q, k, v = (np.transpose((x @ w[n]).reshape(4, 3, 1), (1, 0, 2)) for n in range(3))
    out = softmax(q @ k.swapaxes(-1, -2)) @ v
    return out.transpose(1, 0, 2).reshape(4, -1)


def layer_norm(x, gain, bias, eps=1e-5):
    mu = np.mean(x, axis=-1, keepdims=True)
    var = np.var(x, axis=-1, keepdims=True)
    return gain * (x - mu) / np.sqrt(var + eps) + bias


def batch_norm(x):
    x = x.reshape(x.shape[0], -1)
    return ((x - x.mean(0)) / (x.std(0) + 1e-3)).reshape(IMAGES.shape)


def gelu(x):
    return 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * np.power(x, 3))))


def mixed_activations(x):
    elu = np.where(x > 0, x, np.exp(np.minimum(x, 0)) - 1)
    leaky = np.maximum(0.01 * x, x)
    softplus = np.log1p(np.exp(-np.abs(x))) + np.maximum(x, 0)
    hard = np.clip(0.2 * x + 0.5, 0, 1)
    return elu + leaky * softplus + x * (x > 0) + hard


def temperature_softmax(x, t):
    return np.exp(x / t) / np.sum(np.exp(x / t), axis=-1)[..., np.newaxis]


def sparsemax(x):
    z = np.sort(x, axis=-1)[:, ::-1]
    k = np.arange(1, x.shape[-1] + 1)
    support = np.sum(1 + k * z > np.cumsum(z, axis=-1), axis=-1)
    tau = (np.take_along_axis(np.cumsum(z, -1), support[:, None] - 1, axis=-1) - 1) / support[:, None]
    return np.maximum(x - tau, 0)


def conv_by_loops(images, filters):
    n, _, h, w = images.shape
    f, _, kh, kw = filters.shape
    rows = []
    for i in range(h - kh + 1):
        for j in range(w - kw + 1):
            patch = images[:, :, i : i + kh, j : j + kw]
            rows.append(np.tensordot(patch, filters, axes=([1, 2, 3], [1, 2, 3])))
    return np.stack(rows, axis=-1).reshape(n, f, h - kh + 1, w - kw + 1)


def conv_by_windows(images, filters):
    padded = np.pad(images, ((0, 0), (0, 0), (1, 1), (1, 1)), mode="constant")
    windows = sliding_window_view(padded, (2, 2), axis=(2, 3))[:, :, ::2, ::2]
    return np.einsum("nchwij,fcij->nfhw", windows, filters, optimize=True)


def im2col(images, filters):
    n, c, h, w = images.shape
    cols = np.zeros((n, c, 2, 2, h - 1, w - 1)) * images[:, :, :1, :1][..., None, None] * 0
    for i in range(2):
        for j in range(2):
            cols[:, :, i, j] = images[:, :, i : i + h - 1, j : j + w - 1]
    cols = cols.transpose(0, 4, 5, 1, 2, 3).reshape(n * (h - 1) * (w - 1), -1)
    return cols @ filters.reshape(len(filters), -1).T


def max_pool(images):
    n, c, h, w = images.shape
    return images.reshape(n, c, h // 2, 2, w // 2, 2).max(axis=(3, 5))


def max_pool_filled(images):
    out = np.zeros_like(images[:, :, ::2, ::2])
    for i in range(2):
        for j in range(3):
            out[:, :, i, j] = np.amax(images[:, :, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2], axis=(2, 3))
    return out


def global_average_pool(images):
    return np.mean(images, axis=(2, 3)), images.reshape(*images.shape[:2], -1).mean(-1)


def dropout(x):
    mask = (np.random.default_rng(0).random(x.shape) < 0.7) / 0.7
    x *= 1.0
    return x * mask


def triplet(anchor, positive, negative):
    d_pos = np.linalg.norm(anchor - positive, axis=1)
    d_neg = np.linalg.norm(anchor - negative, axis=1)
    return np.maximum(d_pos - d_neg + 3.0, 0.0).mean()


def contrastive(a, b):
    a = a / np.linalg.norm(a, axis=1, keepdims=True)
    b /= np.linalg.norm(b, axis=1, keepdims=True)
    logits = a @ b.T / 0.5
    labels = np.arange(len(a))
    rows = logits - np.log(np.exp(logits).sum(1))[:, None]
    return -np.mean(np.diag(rows)) - np.mean(rows[labels, labels])


def intersection_over_union(a, b):
    top = np.maximum(a[:, None, :2], b[None, :, :2])
    bottom = np.minimum(a[:, None, 2:], b[None, :, 2:])
    inter = np.prod(np.clip(bottom - top, 0, None), axis=2)
    area = lambda r: (r[:, 2] - r[:, 0]) * (r[:, 3] - r[:, 1])
    return inter / (area(a)[:, None] + area(b) - inter)


def focal(logits, gamma):
    p = sigmoid(logits)
    y = np.array([[1, 0, 0], [0, 1, 0], [1, 1, 0], [0, 0, 1]])
    pt = np.where(y == 1, p, 1 - p)
    alpha = np.where(y == 1, 0.25, 0.75)
    return np.sum(-alpha * (1 - pt) ** gamma * np.log(np.clip(pt, 1e-7, 1 - 1e-7)))


def dice(p):
    y = np.eye(3)[Y]
    return 1 - (2 * np.sum(p * y, axis=0) + 1) / (np.sum(p, axis=0) + np.sum(y, axis=0) + 1)


def label_smoothing_kl(logits):
    target = np.full((4, 3), 0.1 / 3) + 0.9 * np.eye(3)[Y]
    return np.sum(target * (np.log(target) - np.log(softmax(logits))), axis=-1).mean()


def ctc(logits):
    """The label 1, 2 with blanks 0."""
    p = softmax(logits)
    extended = [0, 1, 0, 2, 0]
    alpha = np.zeros((len(p), 5)) * p[0, 0]
    alpha[0, 0], alpha[0, 1] = p[0, 0], p[0, 1]
    for t in range(1, len(p)):
        for s in range(5):
            a = alpha[t - 1, s]
            if s > 0:
                a = a + alpha[t - 1, s - 1]
            if s == 3:
                a = a + alpha[t - 1, s - 2]
            alpha[t, s] = a * p[t, extended[s]]
    return -np.log(alpha[-1, -1] + alpha[-1, -2])


def sinkhorn(cost):
    k = np.exp(-cost / 0.5)
    a, b = np.ones(len(cost)) / len(cost), np.ones(cost.shape[1]) / cost.shape[1]
    v = np.ones_like(b)
    for _ in range(6):
        u = a / (k @ v)
        v = b / (k.T @ u)
    return np.sum(u[:, None] * k * v[None, :] * cost)


def soft_dtw(x, y):
    d = (x[:, 0][:, None] - y[:, 0][None, :]) ** 2
    r = np.pad(np.zeros_like(d), ((1, 0), (1, 0)), constant_values=1e3)
    r[0, 0] = 0.0
    for i in range(1, r.shape[0]):
        for j in range(1, r.shape[1]):
            z = -np.stack([r[i - 1, j - 1], r[i - 1, j], r[i, j - 1]])
            r[i, j] = d[i - 1, j - 1] - (np.log(np.sum(np.exp(z - z.max()))) + z.max())
    return r[-1, -1]


def edit_distance_relaxed(cost):
    d = np.zeros_like(np.pad(cost, 1)[:-1, :-1])
    d[1:, 0] = np.cumsum(cost[:, 0])
    d[0, 1:] = np.cumsum(cost[0])
    for i in range(1, d.shape[0]):
        for j in range(1, d.shape[1]):
            d[i, j] = min(d[i - 1, j] + 1, d[i, j - 1] + 1, d[i - 1, j - 1] + cost[i - 1, j - 1])
    return d[-1, -1]


def tsne(y):
    p = np.abs(np.random.default_rng(3).normal(size=(4, 4)))
    p = (p + p.T) / (2 * p.sum())
    square = np.sum(np.square(y), 1)
    num = 1.0 / (1.0 + np.add(np.add(-2.0 * np.dot(y, y.T), square).T, square))
    num[range(4), range(4)] = 0.0
    q = np.maximum(num / np.sum(num), 1e-12)
    return np.sum(p * np.log(p / q))


def nmf(w, h):
    v = np.outer(np.arange(1.0, 5), np.arange(1.0, 4))
    w, h = np.abs(w), np.abs(h)
    h = h * (w.T @ v) / (w.T @ w @ h + 1e-9)
    return np.linalg.norm(v - w @ h, "fro") ** 2


def word2vec(centre, context):
    scores = centre[[0, 1, 1]] @ context.T
    positive = -np.log(sigmoid(scores[np.arange(3), [1, 2, 0]]))
    negative = -np.log(sigmoid(-np.take(scores, [0, 3], axis=1))).sum(axis=1)
    return np.sum(positive + negative)


def variational_autoencoder(mu, log_var):
    noise = np.random.default_rng(1).standard_normal(mu.shape)
    z = mu + np.exp(0.5 * log_var) * noise
    kl = -0.5 * np.sum(1 + log_var - mu**2 - np.exp(log_var), axis=1)
    return np.mean(kl + np.sum((np.tanh(z) - X) ** 2, axis=1))


def actor_critic(logits, values):
    logp = np.log(softmax(logits))
    rewards, returns, running = [1.0, 0.0, -1.0, 2.0], [], 0.0
    for r in rewards[::-1]:
        running = r + 0.9 * running
        returns.insert(0, running)
    advantage = np.array(returns) - values
    entropy = -np.sum(np.exp(logp) * logp)
    return -np.sum(logp[np.arange(4), Y] * advantage) + 0.5 * np.sum(advantage**2) - 0.01 * entropy


def soft_tree(x, w):
    gates = sigmoid(x @ w[0:3])
    left = np.stack([gates[:, 0] * gates[:, 1], gates[:, 0] * (1 - gates[:, 1]), 1 - gates[:, 0]], axis=1)
    return np.average(left, axis=0, weights=np.array([1.0, 2, 3, 4])) @ w[3:6]


def graph_convolution(x, w):
    a = np.array([[0, 1, 0, 1], [1, 0, 1, 0], [0, 1, 0, 1], [1, 0, 1, 0]]) + np.eye(4)
    d = np.diag(a.sum(1) ** -0.5)
    return np.maximum(np.linalg.multi_dot([d, a, d, x, w]), 0)


def cosine_nearest(x, y):
    sim = (x @ y.T) / (np.linalg.norm(x, axis=1)[:, None] * np.linalg.norm(y, axis=1))
    nearest = np.argmax(sim, axis=1)
    return np.sum((x - y[nearest]) ** 2, axis=1)


CASES = {
    "MLP": (mlp, W1, B1, W2),
    "MLP, one-hot": (mlp_tanh_one_hot, W1, B1, W2),
    "LSTM": (lstm, SEQUENCE, rng.normal(size=(2, 8)), rng.normal(size=(2, 8))),
    "GRU": (gru, SEQUENCE, rng.normal(size=(2, 6)), rng.normal(size=(2, 6))),
    "attention": (attention, X, X + 0.5, np.cos(X)),
    "attention masked in place": (masked_in_place_attention, X, np.cos(X)),
    "multi-head attention": (multi_head, X, rng.normal(size=(3, 3, 3))),
    "layer norm": (layer_norm, X, np.array([1.0, 2.0, 0.5]), np.array([0.1, 0.2, 0.3])),
    "batch norm": (batch_norm, IMAGES),
    "GELU": (gelu, X),
    "activations": (mixed_activations, X),
    "softmax with temperature": (temperature_softmax, X, np.array(0.7)),
    "sparsemax": (sparsemax, X),
    "conv by loops": (conv_by_loops, IMAGES, rng.normal(size=(3, 2, 2, 3))),
    "conv by windows": (conv_by_windows, IMAGES, rng.normal(size=(3, 2, 2, 2))),
    "im2col": (im2col, IMAGES, rng.normal(size=(3, 2, 2, 2))),
    "max pool": (max_pool, IMAGES),
    "max pool, filled": (max_pool_filled, IMAGES),
    "average pool": (global_average_pool, IMAGES),
    "dropout": (lambda x: dropout(x + 0), X),
    "triplet": (triplet, X, X + 0.3, np.cos(X)),
    "contrastive": (lambda a, b: contrastive(a, b * 1.0), X, np.cos(X)),
    "IoU": (intersection_over_union, np.array([[0.0, 0, 2, 2], [1.1, 1, 3, 4]]), np.array([[0.5, 0.4, 2.5, 1.7]])),
    "focal": (focal, X, np.array(2.0)),
    "dice": (dice, DISTRIBUTION),
    "label smoothing": (label_smoothing_kl, X),
    "CTC": (ctc, X),
    "Sinkhorn": (sinkhorn, DISTRIBUTION),
    "soft DTW": (soft_dtw, SEQUENCE, SEQUENCE[:3] + 0.4),
    "edit distance": (edit_distance_relaxed, DISTRIBUTION),
    "t-SNE": (tsne, SEQUENCE),
    "NMF": (nmf, DISTRIBUTION[:, :2], DISTRIBUTION[:2]),
    "word2vec": (word2vec, X[:2], np.cos(X)),
    "VAE": (variational_autoencoder, X, np.sin(X)),
    "actor-critic": (actor_critic, X, np.array([0.1, 0.4, -0.2, 1.0])),
    "soft tree": (soft_tree, X, rng.normal(size=(6, 2))),
    "graph convolution": (graph_convolution, X, W1),
    "nearest by cosine": (cosine_nearest, X, np.cos(X)),
}
