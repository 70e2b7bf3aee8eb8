"""`check_layer`: each mistake of the exercises is caught; unusual but right layers are not accused."""

from __future__ import annotations

import json

import numpy as np
import pytest

from microgrid.reference import check_layer

X = np.array([[1.0, 2.0, 3.0]])
X5 = np.random.default_rng(0).standard_normal((4, 5))
GENERATOR = np.random.default_rng(0)  # outside of any layer: it cannot be held still
LOGITS, ONE_HOT = np.array([[2.0, 3.88]]), np.array([[0, 1]])


# ------------------------------------------------------------------------------------- the exercises' layers, retold


class Linear:
    """As the exercises have it: the gradient of W is both kept and returned."""

    def __init__(self, W):
        self.W, self.x, self.dW = W, None, None

    def forward(self, x):
        self.x = x
        return np.dot(x, self.W)

    def backward(self, dout):
        dx = np.dot(dout, self.W.T)
        self.dW = np.dot(self.x.T, dout)
        return dx, self.dW


def linear(**changed):
    """A Linear with some methods changed."""
    return type("Linear", (Linear,), changed)(np.arange(0.1, 1.3, 0.1)[:12].reshape(3, 4))


class Relu:
    """Writes zeros into the array that it is handed."""

    def forward(self, x):
        self.mask = x <= 0
        out = x.copy()
        out[self.mask] = 0
        return out

    def backward(self, dout):
        dout[self.mask] = 0
        return dout


def whole_softmax(a):
    """Over the whole array, without subtracting the maximum."""
    e = np.exp(a)
    return e / np.sum(e)


class SoftmaxWithLoss:
    """Ignores the incoming gradient; 1e-7 inside the log; a softmax over the whole batch."""

    softmax = staticmethod(whole_softmax)
    delta = 1e-7

    def forward(self, x, t):
        self.t, self.y = t, self.softmax(x)
        return -np.sum(t * np.log(self.y + self.delta)) / t.shape[0]

    def backward(self, dout=1):
        return (self.y - self.t) / self.t.shape[0]


class Dropout:
    """Inverted dropout; backward after an evaluation-mode forward has no mask, or a stale one."""

    def __init__(self, p=0.4):
        self.p, self.mask = p, None

    def forward(self, x, is_training=True):
        if is_training:
            self.mask = self.draw(x.shape) / (1 - self.p)
            return x * self.mask
        return x

    def draw(self, shape):
        return np.random.rand(*shape) > self.p

    def backward(self, dout):
        return dout * self.mask


class GoodDropout(Dropout):
    """Sets the mask in evaluation mode too."""

    def forward(self, x, is_training=True):
        self.mask = self.draw(x.shape) / (1 - self.p) if is_training else np.ones(x.shape)
        return x * self.mask


def list_relu(x):
    """Exercise 1: a list in, a list out."""
    x = x.tolist()
    for i in x:
        if i < 0:
            x[x.index(i)] = 0
    return x


def words(report):
    """What the causes say."""
    return "\n".join(map(str, report.causes))


def test_the_linear_of_the_exercises_is_right():
    """Gradients kept and returned; whole numbers in the input."""
    for x in (X, np.array([[1, 2, 3]]), np.random.default_rng(0).standard_normal((5, 3))):
        report = check_layer(linear(), x)
        assert report, str(report)
        assert "gradients 2 of 2" in str(report)


def test_relu_writing_into_the_incoming_gradient_is_caught():
    """With an input that has something to mask."""
    report = check_layer(Relu(), X5)
    assert not report
    assert "writes to the incoming gradient" in words(report)
    assert "Relu.backward" in words(report) and "test_layers.py" in words(report)


def test_relu_writing_is_caught_on_positive_inputs_too():
    """The exercises' own x has no negative element: other signs are tried."""
    assert "writes to the incoming gradient" in words(check_layer(Relu(), X))


def test_the_loss_of_the_exercises_has_four_mistakes():
    """All named, on the exercise's own batch of one."""
    said = words(check_layer(SoftmaxWithLoss(), LOGITS, ONE_HOT))
    assert "ignores the incoming gradient" in said
    assert "an epsilon" in said
    assert "a batch of 3" in said and "right for the batch of one" in said
    assert "overflows at large numbers" in said


def test_a_softmax_over_the_whole_batch_is_caught_by_a_batch_of_several():
    """A batch of one hides it."""

    class Stable(SoftmaxWithLoss):
        delta = 0.0

        @staticmethod
        def softmax(a):
            e = np.exp(a - np.max(a))
            return e / np.sum(e)

        def backward(self, dout=1):
            return dout * (self.y - self.t) / self.t.shape[0]

    report = check_layer(Stable(), LOGITS, ONE_HOT)
    (cause,) = report.causes
    assert "dx is wrong (a batch of 3)" in cause.what
    assert cause.yours != pytest.approx(cause.expected)
    assert cause.finite_difference == pytest.approx(cause.expected, rel=1e-6)


def test_ignoring_the_incoming_gradient_alone_is_caught():
    """Everything else about this loss is right."""

    class Fixed(SoftmaxWithLoss):
        delta = 0.0

        @staticmethod
        def softmax(a):
            e = np.exp(a - np.max(a, axis=-1, keepdims=True))
            return e / np.sum(e, axis=-1, keepdims=True)

    (cause,) = check_layer(Fixed(), LOGITS, ONE_HOT).causes
    assert "ignores the incoming gradient" in cause.what


def test_an_epsilon_inside_the_log_alone_is_caught():
    """Its derivative is not the one used: one part in a million."""

    class Fixed(SoftmaxWithLoss):
        @staticmethod
        def softmax(a):
            e = np.exp(a - np.max(a, axis=-1, keepdims=True))
            return e / np.sum(e, axis=-1, keepdims=True)

        def backward(self, dout=1):
            return dout * (self.y - self.t) / self.t.shape[0]

    causes = check_layer(Fixed(), LOGITS, ONE_HOT).causes
    assert any("an epsilon" in c.pattern for c in causes)


def test_dropout_in_evaluation_mode_is_caught():
    """No mask on a fresh object, a stale one on a used object; np.random is held still."""
    said = words(check_layer(Dropout(), X5))
    assert "backward raised (is_training=False)" in said and "NoneType" in said and "test_layers.py" in said
    assert "dx is wrong (is_training=False, after a call with True)" in said


def test_a_mask_from_a_normal_distribution_is_caught():
    """It keeps 54 % where 60 % was meant, and still divides by 0.6."""

    class Normal(GoodDropout):
        def draw(self, shape):
            return np.random.randn(*shape) + 0.5 > self.p

    (cause,) = check_layer(Normal(), X5).causes
    assert "keeps 54% of the elements" in cause.what and "1/0.6" in cause.what


def test_a_relu_that_hands_a_list_back_is_caught():
    """What comes after it no longer knows the array."""
    report = check_layer(list_relu, np.array([1.0, -2.0, 3.0]))
    assert "returned a list" in words(report) and not report


def test_the_softmax_of_the_exercises_differs_from_the_reference():
    """The forward itself is wrong: only a reference can tell."""
    torch = pytest.importorskip("torch", reason="what it compares with is Torch")
    said = words(check_layer(whole_softmax, LOGITS, reference=lambda x: torch.softmax(x, -1)))
    assert "forward differs from the reference (a batch of 3)" in said


# ------------------------------------------------------------------------------------------------- other wrong layers


def _sigmoid(x):
    return 1 / (1 + np.exp(-x))


class Sigmoid:
    """Right; the wrong ones below change its backward."""

    def forward(self, x):
        self.out = _sigmoid(x)
        return self.out

    def backward(self, dout):
        return dout * self.out * (1 - self.out)


def sigmoid(backward):
    """A Sigmoid with another backward."""
    return type("Sigmoid", (Sigmoid,), {"backward": backward})()


def _twice(self, dout):
    return 2 * dout * self.out * (1 - self.out)


def _negative(self, dout):
    return -dout * self.out * (1 - self.out)


def _dropped(self, dout):
    return dout * self.out


def _transposed(self, dout):
    return (dout * self.out * (1 - self.out)).T


def _into_output(self, dout):
    self.out *= 1 - self.out
    return dout * self.out


def _summed(self, dout):
    return (dout * self.out * (1 - self.out)).sum(axis=0)


def _lost(self, dout):
    return np.zeros_like(dout)


WRONG = {
    "a factor": (sigmoid(_twice), X5, "2 × the right gradient"),
    "a sign": (sigmoid(_negative), X5, "−1 × the right gradient"),
    "a term dropped": (sigmoid(_dropped), X5, "dx is wrong"),
    "transposed": (sigmoid(_transposed), X5, "transposed"),
    "square, transposed": (sigmoid(_transposed), X5[:, :4], "transposed"),
    "a sum too many": (sigmoid(_summed), X5, "shape (5,), expected (4, 5)"),
    "its output written": (sigmoid(_into_output), X5, "writes to its own output"),
    "lost": (sigmoid(_lost), X5, "zero everywhere"),
    "W transposed": (
        linear(backward=lambda self, d: (d @ self.W.T, (self.x.T @ d)[::-1])), X5[:, :3], "in reverse along axis 0",
    ),
    "the input written": (
        (lambda x: np.negative(np.maximum(x, 0, out=x)), lambda d: d), X5, "writes to its input x",
    ),
    "an update within backward": (
        linear(backward=lambda self, d: (d @ self.W.T, setattr(self, "dW", self.x.T @ d),
                                         setattr(self, "W", self.W - 0.1 * self.dW))[0]), X5[:, :3],
        "writes to its parameter W",
    ),
    "a mask that passes x <= 0": (
        type("Relu", (), {"forward": lambda self, x: np.maximum(x, 0), "backward": lambda self, d: d})(), X5,
        "the incoming gradient there, so the mask lets it pass where x <= 0",
    ),
    "the mean's division missing": (
        (lambda x: np.mean(x, axis=1), lambda d: np.repeat(d[:, None], 5, axis=1)), X5, "5 is a size: a division by it",
    ),
    "random from elsewhere": (
        (lambda x: x * GENERATOR.random(x.shape), lambda d: d), X5, "not deterministic",
    ),
    "a backward that raises": (sigmoid(lambda self, d: d * self.missing), X5, "AttributeError"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_layer_is_caught_and_its_mistake_named(name):
    """In words, with its place in the source."""
    layer, x, said = WRONG[name]
    report = check_layer(layer, np.array(x))
    assert not report
    assert said in words(report), str(report)
    assert "test_layers.py" in words(report)


def test_a_loop_into_zeros_is_judged_by_finite_differences_alone():
    """The forward leaves autodiff; right and wrong are told apart nevertheless."""

    def forward(x):
        out = np.zeros(x.shape)
        for i in range(x.shape[0]):
            for j in range(x.shape[1]):
                out[i, j] = float(x[i, j]) ** 3
        return out

    class Cube:
        def forward(self, x):
            self.x = x
            return forward(x)

        def backward(self, dout):
            return dout * 3 * self.x**2

    good = check_layer(Cube(), X5)
    assert good, str(good)
    Cube.backward = lambda self, dout: dout * 2 * self.x**2
    bad = check_layer(Cube(), X5)
    assert not bad and bad.causes[0].finite_difference is not None


def test_the_callers_arrays_and_layer_stay_as_they_are():
    """Also where the layer writes to them."""
    layer, x = linear(), np.array(X5[:, :3])
    kept = layer.W.copy()
    check_layer(layer, x)
    assert np.array_equal(x, X5[:, :3]) and np.array_equal(layer.W, kept) and layer.x is None


def test_numpys_random_state_stays_as_it_was():
    """A check does not change what a training run draws."""
    np.random.seed(3)
    want = np.random.rand(3)
    np.random.seed(3)
    check_layer(GoodDropout(), X5)
    assert np.array_equal(np.random.rand(3), want)


# ------------------------------------------------------------------------------------------------- unusual, but right


class ReluOne:
    """relu'(0) = 1: a subgradient."""

    def forward(self, x):
        self.x = x
        return np.maximum(x, 0)

    def backward(self, dout):
        return dout * (self.x >= 0)


class InPlaceOnItsCopy:
    """Writes, to what is its own."""

    def forward(self, x):
        self.x = x.copy()
        out = x.copy()
        out *= out
        return out

    def backward(self, dout):
        d = dout.copy()
        d *= 2
        d *= self.x
        return d


class StableSigmoid:
    """No overflow at ±800; autodiff of a where has NaN there."""

    def forward(self, x):
        with np.errstate(over="ignore", invalid="ignore"):
            self.out = np.where(x >= 0, 1 / (1 + np.exp(-x)), np.exp(x) / (1 + np.exp(x)))
        return self.out

    def backward(self, dout):
        return dout * self.out * (1 - self.out)


class Flatten:
    """Returns views."""

    def forward(self, x):
        self.shape = x.shape
        return x.reshape(x.shape[0], -1)

    def backward(self, dout):
        return dout.reshape(self.shape)


class Accumulating:
    """Adds to its gradient, as Torch does."""

    def __init__(self):
        self.W = np.ones((5, 2)) * np.arange(10).reshape(5, 2)
        self.dW = np.ones((5, 2))

    def forward(self, x):
        self.x = x
        return x @ self.W

    def backward(self, dout):
        self.dW += self.x.T @ dout
        return dout @ self.W.T


class Affine:
    """Parameters and gradients in dicts."""

    def __init__(self, lists=False):
        self.params = {"W": np.random.default_rng(0).standard_normal((5, 2)), "b": np.zeros(2)}
        self.grads = {}

    def forward(self, x):
        self.x = x
        return x @ self.params["W"] + self.params["b"]

    def backward(self, dout):
        self.grads = {"W": self.x.T @ dout, "b": dout.sum(axis=0)}
        return dout @ self.params["W"].T


class Lists:
    """Parameters and gradients in lists, gradients written in place."""

    def __init__(self):
        self.params = [np.random.default_rng(0).standard_normal((5, 2))]
        self.grads = [np.zeros((5, 2))]

    def forward(self, x):
        (W,) = self.params
        self.x = x
        return x @ W

    def backward(self, dout):
        (W,) = self.params
        self.grads[0][...] = self.x.T @ dout
        return dout @ W.T


class BatchNorm:
    """Rows influence each other, rightly; running statistics change with every call."""

    def __init__(self):
        self.gamma, self.beta = np.linspace(0.5, 2, 5), np.zeros(5)
        self.mean = np.zeros(5)

    def forward(self, x):
        mu, var = x.mean(axis=0), x.var(axis=0)
        self.mean = 0.9 * self.mean + 0.1 * np.asarray(mu if isinstance(mu, np.ndarray) else mu.numpy())
        self.std = np.sqrt(var + 1e-5)
        self.xhat = (x - mu) / self.std
        return self.gamma * self.xhat + self.beta

    def backward(self, dout):
        self.dgamma, self.dbeta = (dout * self.xhat).sum(axis=0), dout.sum(axis=0)
        d = dout * self.gamma
        return (d - d.mean(axis=0) - self.xhat * (d * self.xhat).mean(axis=0)) / self.std


class FusedLoss:
    """Softmax and cross-entropy in one; indices as targets; a scalar result."""

    def forward(self, x, t):
        x = x - np.max(x, axis=-1, keepdims=True)
        self.logp = x - np.log(np.sum(np.exp(x), axis=-1, keepdims=True))
        self.t = t
        return -np.mean(self.logp[np.arange(len(t)), t])

    def backward(self, dout=1.0):
        d = np.exp(np.asarray(self.logp))
        d[np.arange(len(self.t)), self.t] -= 1
        return d * dout / len(self.t)


class Affine2:
    """x @ W + b; both gradients kept."""

    def __init__(self, n, m):
        self.W, self.b = np.random.default_rng(n).standard_normal((n, m)), np.zeros(m)

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, dout):
        self.dW, self.db = self.x.T @ dout, dout.sum(axis=0)
        return dout @ self.W.T


class MeanBias(Affine2):
    """A mean where the sum belongs."""

    def backward(self, dout):
        dx = super().backward(dout)
        self.db = dout.mean(axis=0)
        return dx


class Network:
    """Layers within a layer, in an attribute and in a list."""

    def __init__(self, first=Affine2):
        self.first, self.rest = first(5, 4), [Affine2(4, 3), Affine2(3, 2)]

    def forward(self, x):
        self.h = np.maximum(self.first.forward(x), 0)
        return self.rest[1].forward(self.rest[0].forward(self.h))

    def backward(self, dout):
        return self.first.backward(self.rest[0].backward(self.rest[1].backward(dout)) * (self.h > 0))


class Embedding:
    """Rows by index: the indices carry no gradient, a row used twice gets both."""

    def __init__(self):
        self.W = np.random.default_rng(0).standard_normal((7, 3))

    def forward(self, ids):
        self.ids = ids
        return self.W[ids]

    def backward(self, dout):
        self.dW = np.zeros_like(self.W)
        np.add.at(self.dW, self.ids, dout)


class Overwriting(Embedding):
    """A row used twice gets the last alone."""

    def backward(self, dout):
        self.dW = np.zeros_like(self.W)
        self.dW[self.ids] = dout


class Attention:
    """Three inputs, three gradients; its scale is a root."""

    def forward(self, q, k, v):
        a = q @ k.swapaxes(-1, -2) / np.sqrt(q.shape[-1])
        a = np.exp(a - a.max(-1, keepdims=True))
        a = a / a.sum(-1, keepdims=True)
        self.cache = q, k, v, a
        return a @ v

    def backward(self, dout):
        q, k, v, a = self.cache
        da = dout @ v.swapaxes(-1, -2)
        ds = a * (da - (da * a).sum(-1, keepdims=True)) / (np.sqrt(q.shape[-1]) if self.scaled else 1)
        return ds @ k, ds.swapaxes(-1, -2) @ q, a.swapaxes(-1, -2) @ dout

    scaled = True


class OwnGenerator:
    """Draws from a generator that is kept in the layer."""

    def __init__(self):
        self.rng = np.random.default_rng(0)

    def forward(self, x):
        self.mask = self.rng.random(x.shape) > 0.5
        return x * self.mask * 2

    def backward(self, dout):
        return dout * self.mask * 2


def _tanh_cached(x):
    out = np.tanh(x)
    return out, (out,)


RIGHT = {
    "relu'(0) = 1": (ReluOne(), X5),
    "in place on its own copy": (InPlaceOnItsCopy(), X5),
    "a stable sigmoid at ±800": (StableSigmoid(), np.array([[800.0, -800.0, 0.0, 3.0]])),
    "a naive sigmoid": (Sigmoid(), X5),
    "views returned": (Flatten(), np.arange(24.0).reshape(2, 3, 4)),
    "gradients accumulated": (Accumulating(), X5),
    "dicts": (Affine(), X5),
    "lists": (Lists(), X5),
    "layers within a layer": (Network(), X5),
    "an embedding": (Embedding(), np.array([0, 2, 2, 5])),
    "attention": (Attention(), X5, X5 * 2, X5 + 1),
    "a generator of its own": (OwnGenerator(), X5),
    "batch normalisation": (BatchNorm(), X5),
    "dropout": (GoodDropout(), X5),
    "a fused loss": (FusedLoss(), X5, np.array([0, 4, 2, 2])),
    "two functions and a cache": ((_tanh_cached, lambda dout, cache: dout * (1 - cache[0] ** 2)), X5),
    "the cache first": ((_tanh_cached, lambda cache, dout: dout * (1 - cache[0] ** 2)), X5),
    "two inputs": ((lambda a, b: (a * b, (a, b)), lambda d, cache: (d * cache[1], d * cache[0])), X5, X5 + 2),
    "float32": (linear(), X5[:, :3].astype(np.float32)),
    "an exponential, infinite at 1000": ((lambda x: (np.exp(x), np.exp(x)), lambda d, cache: d * cache), X5),
    "a logarithm, of positive numbers alone": ((lambda x: (np.log(x), x), lambda d, x: d / x), np.abs(X5) + 0.1),
}  # fmt: skip


@pytest.mark.parametrize("name", RIGHT)
def test_an_unusual_but_right_layer_is_not_accused(name):
    """No cause, and its gradients were judged."""
    layer, *inputs = RIGHT[name]
    report = check_layer(layer, *inputs)
    assert report, str(report)
    assert "gradients 0 of 0" not in str(report)


def test_wrong_dict_parameters_are_named_apart():
    """Two mistakes, two causes, each with its parameter."""

    class Wrong(Affine):
        def backward(self, dout):
            dx = super().backward(dout)
            self.grads["W"] *= 2
            self.grads["b"] = self.grads["b"] * 4
            return dx

    causes = check_layer(Wrong(), X5).causes
    assert sorted((c.what, c.pattern[:10]) for c in causes) == [
        ("dW is wrong", "yours = 2 "),
        ("db is wrong", "yours = 4 "),
    ]


def test_a_mistake_in_a_layer_within_a_layer_is_named_with_its_parameter():
    """Every other parameter agrees."""
    report = check_layer(Network(MeanBias), X5)
    (cause,) = report.causes
    assert "dfirst.b is wrong" in cause.what and "1/4" in cause.pattern
    assert sum(r.state == "ok" for r in report.nodes) == len(report.nodes) - 1 == 7


def test_a_row_used_twice_and_overwritten_is_caught():
    """One place, two gradients."""
    (cause,) = check_layer(Overwriting(), np.array([0, 2, 2, 5])).causes
    assert cause.element[0] == 2


def test_a_missing_root_is_named():
    """Attention's scale, left out of backward."""
    wrong = Attention()
    wrong.scaled = False
    causes = check_layer(wrong, X5, X5 * 2, X5 + 1).causes
    assert [c.what for c in causes] == ["dq is wrong", "dk is wrong"]
    assert all("√5 ×" in c.pattern for c in causes)


# ------------------------------------------------------------------------------------------------- a reference beside


def test_a_module_of_torch_is_matched_by_shape():
    """Its weight is (out, in); numbers and gradients are compared."""
    torch = pytest.importorskip("torch", reason="what it compares with is Torch")
    report = check_layer(linear(), X5[:, :3], reference=torch.nn.Linear(3, 4, bias=False))
    assert report, str(report)
    assert "= reference" in str(report)
    wrong = linear(forward=lambda self, x: setattr(self, "x", x) or x @ self.W * 0.5,
                   backward=lambda self, d: (d @ self.W.T * 0.5, self.x.T @ d * 0.5))  # fmt: skip
    assert check_layer(wrong, X5[:, :3])
    said = words(check_layer(wrong, X5[:, :3], reference=torch.nn.Linear(3, 4, bias=False)))
    assert "forward differs from the reference" in said and "1/2 ×" in said


# ------------------------------------------------------------------------------------------------------------ messages


@pytest.mark.parametrize(
    ("layer", "inputs", "said"),
    [
        (Linear, (X,), r"the class Linear given"),
        (3, (X,), r"int given, expected an object with forward"),
        ((np.tanh,), (X,), r"two functions"),
        (Sigmoid(), (), r"no inputs"),
    ],
)
def test_what_is_no_layer_is_said(layer, inputs, said):
    """What was seen, what was expected."""
    with pytest.raises(TypeError, match=said):
        check_layer(layer, *inputs)


def test_the_report_is_read_as_a_user_would():
    """Verdict, place, worst element with both values and the finite difference, pattern."""
    text = str(check_layer(sigmoid(_twice), X5))
    for part in ("FAIL  gradients 0 of 1", "Sigmoid.backward : dx is wrong", "test_layers.py:",
                 "20 of 20 elements differ",
                 "worst x[", "yours", "autodiff", "finite difference", "Pattern: yours = 2 ×"):  # fmt: skip
        assert part in text, text
    assert json.loads(check_layer(sigmoid(_twice), X5).to_json())["ok"] is False


def test_what_a_used_layer_remembers_is_no_parameter():
    """A layer that ran forward and backward before keeps its input and its gradient: only W is a parameter."""

    class Affine:
        def __init__(self):
            self.W = np.arange(6.0).reshape(3, 2) / 7

        def forward(self, x):
            self.x = x
            return x @ self.W

        def backward(self, dout):
            self.dW = self.x.T @ dout
            return dout @ self.W.T

    layer, x = Affine(), np.array([[1.0, -2.0, 0.5], [0.3, 0.2, -1.0]])
    layer.backward(layer.forward(x))
    report = check_layer(layer, x)
    assert report, str(report)
    assert "dW" in str(report) and "dself" not in str(report)

    class Doubled(Affine):
        def backward(self, dout):
            dx = super().backward(dout)
            self.dW = 2 * self.dW
            return dx

    used = Doubled()
    used.backward(used.forward(x))
    assert not check_layer(used, x)
