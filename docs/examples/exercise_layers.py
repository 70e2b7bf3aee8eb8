"""The layers of the exercises by hand, in NumPy alone: each forward, and the backward that belongs to it.

A backward is given the gradient with respect to the layer's output. It returns the gradient with respect to the layer's
input, and leaves that of its weights in dW. Rows are examples, and no row knows of another.
"""

import numpy as np


class Linear:
    """x @ W"""

    def __init__(self, W):
        self.W = W
        self.dW = None

    def forward(self, x):
        self.x = x
        return x @ self.W

    def backward(self, dout):
        self.dW = self.x.T @ dout
        return dout @ self.W.T


class ReLU:
    """max(x, 0)"""

    def forward(self, x):
        self.mask = x > 0
        return np.where(self.mask, x, 0)

    def backward(self, dout):
        return dout * self.mask  # a new array: dout is the caller's


class Softmax:
    """eˣ / Σ eˣ, row by row. The largest of a row is subtracted first, which changes nothing but keeps eˣ finite."""

    def forward(self, x):
        e = np.exp(x - np.max(x, axis=1, keepdims=True))
        self.y = e / np.sum(e, axis=1, keepdims=True)
        return self.y

    def backward(self, dout):
        return self.y * (dout - np.sum(dout * self.y, axis=1, keepdims=True))


class SoftmaxWithLoss:
    """Cross-entropy of softmax(x) with a one-hot target t, the mean over rows. The logarithm is taken before dividing,
    so that it needs no small number inside to stay finite."""

    def forward(self, x, t):
        shifted = x - np.max(x, axis=1, keepdims=True)
        log_y = shifted - np.log(np.sum(np.exp(shifted), axis=1, keepdims=True))
        self.y, self.t = np.exp(log_y), t
        return -np.sum(t * log_y) / len(x)

    def backward(self, dout=1.0):
        return dout * (self.y - self.t) / len(self.t)


class Dropout:
    """Drops each number with probability p and scales the others by 1 / (1 − p), in training."""

    def __init__(self, p=0.4):
        self.p = p

    def forward(self, x, is_training=True):
        if is_training:
            self.mask = (np.random.rand(*x.shape) > self.p) / (1 - self.p)
        else:
            self.mask = np.ones_like(x)  # so that a backward has the mask of its own forward
        return x * self.mask

    def backward(self, dout):
        return dout * self.mask
