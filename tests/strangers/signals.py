"""Filters, transforms and interpolation, as tutorials on signals write them."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

rng = np.random.default_rng(3)
S = rng.normal(size=12)
IMAGE = rng.normal(size=(5, 6))
KERNEL = rng.normal(size=(3, 2))
TAPS = np.array([0.5, -0.3, 0.2])


def convolve_by_loops(x, h):
    out = np.zeros_like(x)
    for n in range(len(x)):
        for k in range(len(h)):
            if 0 <= n - k < len(x):
                out[n] += h[k] * x[n - k]
    return out


def convolve_by_a_list(x, h):
    return np.array([1.0]) * np.stack([np.dot(x[n : n + len(h)], h[::-1]) for n in range(len(x) - len(h) + 1)])


def convolve_library(x, h):
    return np.convolve(x, h), np.convolve(x, h, mode="valid"), np.correlate(x, h, "same")


def toeplitz_product(x, h):
    n = len(x)
    t = np.zeros((n, n))
    for k, c in enumerate([h[0], h[1], h[2]]):
        t = t + np.diag(c * np.ones(n - k), -k)
    return t @ x


def iir_filter(x, a):
    y = np.zeros_like(x)
    for n in range(x.shape[0]):
        y[n] = x[n]
        if n >= 1:
            y[n] -= a[0] * y[n - 1]
        if n >= 2:
            y[n] -= a[1] * y[n - 2]
    return y


def biquad(x, a):
    z1 = z2 = 0.0
    out = []
    for sample in x:
        y = a[0] * sample + z1
        z1 = a[1] * sample - 0.4 * y + z2
        z2 = a[2] * sample + 0.1 * y
        out.append(y)
    return np.stack(out)


def exponential_smoothing(x, alpha):
    level = x[0]
    errors = 0.0
    for value in x[1:]:
        errors += (value - level) ** 2
        level = alpha * value + (1 - alpha) * level
    return errors / len(x)


def autocorrelation(x):
    x = x - x.mean()
    full = np.correlate(x, x, mode="full")
    return full[full.size // 2 :] / full[full.size // 2]


def power_spectrum(x):
    """By a matrix of cosines and sines."""
    n = np.arange(x.size)
    angle = 2 * np.pi * np.outer(n, n) / x.size
    return (np.cos(angle) @ x) ** 2 + (np.sin(angle) @ x) ** 2


def dct(x):
    n = x.shape[-1]
    k = np.arange(n)[:, None]
    basis = np.cos(np.pi * k * (2 * np.arange(n) + 1) / (2 * n)) * np.sqrt(2.0 / n)
    basis[0] /= np.sqrt(2)
    return basis.dot(np.eye(n)) @ x


def haar_wavelet(x):
    details = []
    while len(x) % 2 == 0:
        even, odd = x[::2], x[1::2]
        details.append((even - odd) / np.sqrt(2))
        x = (even + odd) / np.sqrt(2)
    return np.concatenate([x, *details[::-1]])


def linear_interpolation(x, at):
    return np.interp(at, np.arange(x.size), x) + np.interp(at, np.arange(x.size), np.sin(x), left=0, right=0)


def interpolation_by_hand(x, at):
    i = np.clip(np.floor(at).astype(int), 0, len(x) - 2)
    w = at - i
    return (1 - w) * x[i] + w * x[i + 1]


def natural_cubic_spline(y, at):
    n = len(y)
    a = np.eye(n)
    b = np.zeros_like(y)
    for i in range(1, n - 1):
        a[i, i - 1 : i + 2] = 1 / 6, 2 / 3, 1 / 6
        b[i] = y[i + 1] - 2 * y[i] + y[i - 1]
    m = np.linalg.solve(a, b)
    i = np.minimum(at.astype(np.int64), n - 2)
    t = at - i
    return (1 - t) * y[i] + t * y[i + 1] + ((1 - t) ** 3 - (1 - t)) * m[i] / 6 + (t**3 - t) * m[i + 1] / 6


def bilinear(image, at):
    r, c = at[0], at[1]
    r0, c0 = np.floor(r).astype(int), np.floor(c).astype(int)
    dr, dc = r - r0, c - c0
    top = image[r0, c0] * (1 - dc) + image[r0, c0 + 1] * dc
    bottom = image[r0 + 1, c0] * (1 - dc) + image[r0 + 1, c0 + 1] * dc
    return top * (1 - dr) + bottom * dr


def windowed_frames(x):
    frames = sliding_window_view(x, 4)[::2]
    return np.log(np.sum((frames * np.hanning(4)) ** 2, axis=1) + 1e-3)


def conv2d_by_loops(image, kernel):
    rows, cols = image.shape[0] - kernel.shape[0] + 1, image.shape[1] - kernel.shape[1] + 1
    out = np.zeros_like(image)[:rows, :cols]
    for i in range(rows):
        for j in range(cols):
            out[i, j] = (image[i : i + kernel.shape[0], j : j + kernel.shape[1]] * kernel).sum()
    return out


def conv2d_by_windows(image, kernel):
    return np.einsum("ijkl,kl->ij", sliding_window_view(image, kernel.shape), kernel)


def sobel_energy(image):
    padded = np.pad(image, 1, mode="edge")
    gx = padded[1:-1, 2:] - padded[1:-1, :-2]
    gy = padded[2:, 1:-1] - padded[:-2, 1:-1]
    return np.sqrt(gx**2 + gy**2 + 1e-2).mean()


def total_variation(image):
    return np.abs(np.diff(image, axis=0)).sum() + np.abs(np.diff(image, axis=1)).sum()


def box_blur(image):
    c = np.cumsum(np.cumsum(np.pad(image, ((1, 0), (1, 0))), axis=0), axis=1)
    return (c[2:, 2:] - c[:-2, 2:] - c[2:, :-2] + c[:-2, :-2]) / 4.0


def separable_gaussian(image):
    g = np.exp(-0.5 * np.arange(-1, 2) ** 2)
    g /= g.sum()
    blur = np.apply_along_axis(lambda row: np.convolve(row, g, mode="same"), 1, image)
    return np.apply_along_axis(np.convolve, 0, blur, g, "valid")


def resample(x):
    up = np.zeros((2 * len(x),)) + np.repeat(x, 2) * 0.5
    up[1:-1:2] += 0.25 * x[1:]
    return np.roll(up, 3) * np.tile([1.0, 0.5], len(x))


def envelope(x):
    return np.maximum.accumulate(np.abs(x)) - np.median(np.abs(x))


def zero_phase(x, a):
    forward = iir_filter(x, a)
    return np.flip(iir_filter(np.flip(forward), a))


def lpc(x):
    r = np.stack([np.sum(x[: len(x) - k] * x[k:]) for k in range(4)])
    i = np.abs(np.arange(3)[:, None] - np.arange(3))
    return np.linalg.solve(r[i] + 0.1 * np.eye(3), r[1:])


def snr(x, clean):
    return 10 * np.log10(np.sum(np.square(clean)) / np.sum(np.square(x - clean)))


def clipped(x):
    y = np.clip(x, -0.8, 0.8)
    np.multiply(y, 2.0, out=y)
    return y - y.mean(), np.ptp(x), np.trapezoid(y**2, dx=0.1)


AT = np.array([0.3, 2.7, 5.2, 9.6])
CASES = {
    "convolution by loops": (convolve_by_loops, S, TAPS),
    "convolution by a list": (convolve_by_a_list, S, TAPS),
    "np.convolve": (convolve_library, S, TAPS),
    "Toeplitz": (toeplitz_product, S, TAPS),
    "IIR": (iir_filter, S, TAPS),
    "biquad": (biquad, S, TAPS),
    "exponential smoothing": (exponential_smoothing, S, np.array(0.4)),
    "autocorrelation": (autocorrelation, S),
    "power spectrum": (power_spectrum, S),
    "DCT": (dct, S),
    "Haar": (haar_wavelet, S),
    "np.interp": (linear_interpolation, S, AT),
    "interpolation by hand": (interpolation_by_hand, S, AT),
    "cubic spline": (natural_cubic_spline, S, AT),
    "bilinear": (bilinear, IMAGE, np.array([[0.4, 2.3, 1.7], [1.2, 3.6, 0.5]])),
    "windowed frames": (windowed_frames, S),
    "conv2d by loops": (conv2d_by_loops, IMAGE, KERNEL),
    "conv2d by windows": (conv2d_by_windows, IMAGE, KERNEL),
    "Sobel": (sobel_energy, IMAGE),
    "total variation": (total_variation, IMAGE),
    "box blur": (box_blur, IMAGE),
    "Gaussian blur along axes": (separable_gaussian, IMAGE),
    "resample": (resample, S),
    "envelope": (envelope, S),
    "zero phase": (zero_phase, S, TAPS),
    "linear prediction": (lpc, S),
    "signal to noise": (snr, S, np.sin(S)),
    "clipped": (clipped, S),
}
