"""grad, value_and_grad, vjp, jvp, jacobian, hessian, hvp and checkpoint, beside torch.func."""

from __future__ import annotations

import threading

import numpy as np
import pytest

import microgrid as mg

torch = pytest.importorskip("torch", reason="what it compares with is Torch")

F = torch.nn.functional
RNG = np.random.default_rng(0)
X = RNG.normal(size=(3, 4))
W = RNG.normal(size=(4, 4))
V = RNG.normal(size=(3, 4))
TARGET = np.array([0, 3, 1])


def t(a):
    return torch.tensor(np.asarray(a))


def close(ours, theirs, rtol=1e-11):
    """Arrays equal to Torch's to rounding, in shape and dtype too."""
    theirs = theirs.detach().numpy(force=True)
    assert ours.shape == theirs.shape
    assert ours.dtype == theirs.dtype
    np.testing.assert_allclose(ours, theirs, rtol=rtol, atol=1e-12)


# Functions of one array and of an array and a matrix, in either library: m is microgrid or torch.
SCALAR = {
    "polynomial": lambda m, x: (x * x * x - 2.0 * x * x + x).sum(),
    "tanh": lambda m, x: m.tanh(x).sum(),
    "product": lambda m, x: (m.exp(0.3 * x) * m.sin(x) / (x * x + 1.0)).sum(),
    "matmul": lambda m, x: m.tanh(x @ x.mT).sum(),
    "softmax": lambda m, x: (m.softmax(x, -1) * m.cos(x)).sum(),
    "logsumexp": lambda m, x: m.logsumexp(x, -1).sum(),
    "reductions": lambda m, x: (x.mean(0) * m.sqrt((x * x).sum(0) + 1.0)).sum(),
    "indexing": lambda m, x: (x[0] * x[-1] * x[:, 1:2].sum()).sum() + (x[[0, 0, 1]] ** 3).sum(),
    "shape": lambda m, x: (m.stack([x, 2.0 * x]).reshape(2, -1)[0] * m.concatenate([x.T, x.T**2]).ravel()[:12]).sum(),
    "where": lambda m, x: (m.where(x > 0, x * x, m.exp(x))).sum(),
    "power": lambda m, x: ((x * x + 1.0) ** 1.5 + 2.0**x).sum(),
    "var": lambda m, x: ((x - x.mean(-1, keepdims=True)) ** 2).mean(),
}  # fmt: skip
VECTOR = {
    "elementwise": lambda m, x: m.sin(x) * x,
    "matrix": lambda m, x: m.tanh(x @ x.mT),
    "softmax": lambda m, x: m.softmax(x, -1),
    "linear": lambda m, x: 3.0 * x.T - x.mean(),
    "views": lambda m, x: m.stack([x[0] * x[1], x[2]])[:, ::2],
    "sum": lambda m, x: (x * x).sum(0),
}  # fmt: skip


class Torch:
    """torch, under the names that microgrid gives its functions."""

    concatenate = staticmethod(torch.cat)

    def __getattr__(self, name):
        return getattr(torch, name)


TORCH = Torch()


@pytest.mark.parametrize("name", SCALAR)
def test_grad_is_torchs(name):
    """grad and value_and_grad of scalar functions."""
    f = SCALAR[name]
    close(mg.grad(lambda x: f(mg, x))(X), torch.func.grad(lambda x: f(TORCH, x))(t(X)))
    value, g = mg.value_and_grad(lambda x: f(mg, x))(X)
    gradient, expected = torch.func.grad_and_value(lambda x: f(TORCH, x))(t(X))
    close(value, expected)
    close(g, gradient)


@pytest.mark.parametrize("name", SCALAR)
def test_hessian_is_torchs(name):
    """hessian and hvp."""
    f = SCALAR[name]
    theirs = torch.func.hessian(lambda x: f(TORCH, x))(t(X))
    close(mg.hessian(lambda x: f(mg, x))(X), theirs, rtol=1e-10)
    close(mg.hvp(lambda x: f(mg, x))(X, V), torch.einsum("ijkl,kl->ij", theirs, t(V)), rtol=1e-9)


@pytest.mark.parametrize("name", SCALAR)
def test_third_derivatives_are_torchs(name):
    """grad of grad of grad, along fixed directions."""
    f = SCALAR[name]

    def thrice(m, grad, x, v):
        first = lambda x: (grad(lambda x: f(m, x))(x) * v).sum()
        second = lambda x: (grad(first)(x) * v).sum()
        return grad(second)(x)

    close(thrice(mg, mg.grad, X, V), thrice(TORCH, torch.func.grad, t(X), t(V)), rtol=1e-9)


@pytest.mark.parametrize("name", {**SCALAR, **{f"{k}, a vector": v for k, v in VECTOR.items()}})
def test_jvp_is_torchs(name):
    """The directional derivative through linear, elementwise and other operations."""
    f = SCALAR.get(name) or VECTOR[name.removesuffix(", a vector")]
    out, tangent = mg.jvp(lambda x: f(mg, x), (X,), (V,))
    value, expected = torch.func.jvp(lambda x: f(TORCH, x), (t(X),), (t(V),))
    close(out, value)
    close(tangent, expected)


@pytest.mark.parametrize("name", VECTOR)
def test_jacobian_and_vjp_are_torchs(name):
    """jacobian: shape of the value, then of the argument; vjp: its pullback."""
    f = VECTOR[name]
    close(mg.jacobian(lambda x: f(mg, x))(X), torch.func.jacrev(lambda x: f(TORCH, x))(t(X)))
    out, pull = mg.vjp(lambda x: f(mg, x), X)
    value, theirs = torch.func.vjp(lambda x: f(TORCH, x), t(X))
    g = RNG.normal(size=out.shape)
    close(out, value)
    (ours,) = pull(g)
    close(ours, theirs(t(g))[0])
    (again,) = pull(2 * g)  # the graph stays
    np.testing.assert_allclose(again, 2 * ours, rtol=1e-14)


@pytest.mark.parametrize("name", VECTOR)
def test_jvp_under_grad_is_torchs(name):
    """Forward over reverse over forward: d/dx of a sum of squares of a jvp."""
    f = VECTOR[name]

    def ours(x):
        return (mg.jvp(lambda x: f(mg, x), (x,), (V,))[1] ** 2).sum()

    def theirs(x):
        return (torch.func.jvp(lambda x: f(TORCH, x), (x,), (t(V),))[1] ** 2).sum()

    close(mg.grad(ours)(X), torch.func.grad(theirs)(t(X)), rtol=1e-9)


@pytest.mark.parametrize("name", VECTOR)
def test_grad_under_jvp_is_torchs(name):
    """jvp of a gradient: a Hessian-vector product, forward over reverse."""
    f = VECTOR[name]

    def inner(m, grad, x):
        return grad(lambda x: (f(m, x) ** 3).sum())(x)

    _, ours = mg.jvp(lambda x: inner(mg, mg.grad, x), (X,), (V,))
    _, theirs = torch.func.jvp(lambda x: inner(TORCH, torch.func.grad, x), (t(X),), (t(V),))
    close(ours, theirs, rtol=1e-9)


def test_jvp_of_jvp_is_torchs():
    """Second directional derivatives."""
    f = lambda m, x: (m.exp(0.3 * x) * m.sin(x @ x.mT).sum(-1)[:, None]).sum()
    ours = mg.jvp(lambda x: mg.jvp(lambda x: f(mg, x), (x,), (V,))[1], (X,), (V,))[1]
    theirs = torch.func.jvp(lambda x: torch.func.jvp(lambda x: f(TORCH, x), (x,), (t(V),))[1], (t(X),), (t(V),))[1]
    close(ours, theirs)


# ------------------------------------------------------------------------------------------ arguments


def f2(m, x, w):
    return m.tanh(x @ w).sum()


@pytest.mark.parametrize("argnums", [0, 1, (0, 1), (1, 0), (1,), -1])
def test_argnums_as_in_jax(argnums):
    """An int gives one gradient, a tuple a tuple in its order; negative ones count from the end."""
    ours = mg.grad(lambda x, w: f2(mg, x, w), argnums)(X, W)
    theirs = torch.func.grad(lambda x, w: f2(TORCH, x, w), argnums % 2 if isinstance(argnums, int) else argnums)(
        t(X), t(W)
    )
    assert isinstance(ours, tuple) == isinstance(argnums, tuple)
    for a, b in zip(ours, theirs, strict=True) if isinstance(argnums, tuple) else [(ours, theirs)]:
        close(a, b)


@pytest.mark.parametrize("x", [np.float64(2.0), np.array(2.0), 2.0], ids=["NumPy's number", "0-d", "Python's"])
def test_jacobian_and_hessian_of_numbers(x):
    """A number of a number: 0-d, whatever kind of number is given."""
    assert mg.jacobian(lambda x: x**3)(x) == 12.0
    assert mg.hessian(lambda x: x**3)(x) == 12.0
    assert np.shape(mg.jacobian(lambda x: x**3)(x)) == np.shape(mg.hessian(lambda x: x**3)(x)) == ()
    assert mg.jacobian(lambda x: x * np.array([1.0, 2.0]))(x).tolist() == [1.0, 2.0]


def test_jacobian_with_argnums():
    """Two arguments, two blocks."""
    a, b = mg.jacobian(lambda x, w: mg.tanh(x @ w), (0, 1))(X, W)
    c, d = torch.func.jacrev(lambda x, w: torch.tanh(x @ w), (0, 1))(t(X), t(W))
    close(a, c)
    close(b, d)


def test_keyword_arguments_pass_through():
    """They are not differentiated."""
    g = mg.grad(lambda x, *, scale: (x * x).sum() * scale)(X, scale=3.0)
    np.testing.assert_allclose(g, 6 * X, rtol=1e-15)


def test_nests_of_dicts_lists_and_tuples():
    """The gradient has the argument's own structure."""
    params = {"layers": [{"w": W, "b": V[0]}, {"w": 2 * W, "b": V[1]}], "scale": (np.array(0.5), np.array(2.0))}

    def loss(p, x):
        for layer in p["layers"]:
            x = mg.tanh(x @ layer["w"] + layer["b"])
        return (x * p["scale"][0]).sum() * p["scale"][1]

    def theirs(p, x):
        for layer in p["layers"]:
            x = torch.tanh(x @ layer["w"] + layer["b"])
        return (x * p["scale"][0]).sum() * p["scale"][1]

    g = mg.grad(loss)(params, X)
    expected = torch.func.grad(theirs)(
        {
            "layers": [{k: t(v) for k, v in d.items()} for d in params["layers"]],
            "scale": tuple(map(t, params["scale"])),
        },
        t(X),
    )
    for ours, torchs in zip(g["layers"], expected["layers"], strict=True):
        for k in ("w", "b"):
            close(ours[k], torchs[k])
    assert isinstance(g["scale"], tuple)
    for ours, torchs in zip(g["scale"], expected["scale"], strict=True):
        close(np.asarray(ours), torchs)


def test_a_named_tuple_keeps_its_type():
    """... as JAX's trees do."""
    from collections import namedtuple

    Params = namedtuple("Params", "w b")
    g = mg.grad(lambda p: (p.w * p.b).sum())(Params(X, V))
    assert isinstance(g, Params)
    np.testing.assert_array_equal(g.w, V)
    np.testing.assert_array_equal(g.b, X)


def test_arrays_in_arrays_out_tensors_in_tensors_out():
    """So that SciPy takes them as they stand; a list of numbers and a float count as arrays."""
    f = lambda x: (x * x).sum()
    for verb in (mg.grad(f), mg.hessian(f), mg.jacobian(lambda x: x * x)):
        assert type(verb(X)) is np.ndarray
        assert isinstance(verb(mg.tensor(X)), mg.Tensor)
    value, g = mg.value_and_grad(f)(X)
    assert isinstance(value, np.floating)
    assert type(g) is np.ndarray
    value, g = mg.value_and_grad(f)(mg.tensor(X))
    assert isinstance(value, mg.Tensor)
    assert not value.requires_grad
    assert mg.grad(lambda x: x**3)(2.0) == 12.0
    assert np.array_equal(mg.grad(f)([1.0, 2.0]), [2.0, 4.0])


def test_the_gradient_is_the_callers_own():
    """It can be written to, and shares no memory with the argument or the value."""
    x = X.copy()
    g = mg.grad(lambda x: x.sum())(x)
    g += 1.0
    assert np.array_equal(x, X)
    g = mg.grad(lambda x: (x * V).sum())(X)
    g[:] = 0
    assert V.any()


def test_the_same_array_twice_is_two_arguments():
    """grad(f, (0, 1))(x, x): the gradients are told apart, for Tensors too."""
    f = lambda x, y: (x * x * y).sum()
    for x in (X, mg.tensor(X), mg.tensor(X, requires_grad=True)):
        a, b = mg.grad(f, (0, 1))(x, x)
        np.testing.assert_allclose(np.asarray(mg.detach(a)), 2 * X * X, rtol=1e-15)
        np.testing.assert_allclose(np.asarray(mg.detach(b)), X * X, rtol=1e-15)


def test_an_argument_that_is_not_used_gets_zeros():
    """As in JAX, not None."""
    _, b = mg.grad(lambda x, y: (x * 2.0).sum(), (0, 1))(X, V)
    assert np.array_equal(b, np.zeros((3, 4)))
    assert np.array_equal(mg.grad(lambda x: 3.0)(X), np.zeros((3, 4)))
    assert np.array_equal(mg.jacobian(lambda x: np.ones(2))(X), np.zeros((2, 3, 4)))


def test_an_argument_may_be_written_to_inside():
    """The function's x is its own: x[0] = 0 inside reaches neither the caller's array nor his Tensor."""

    def f(x):
        x[0] = 0.0
        x *= 2.0
        return (x * x).sum()

    x, leaf = X.copy(), mg.tensor(X, requires_grad=True)
    expected = 8 * X
    expected[0] = 0
    np.testing.assert_allclose(mg.grad(f)(x), expected, rtol=1e-15)
    np.testing.assert_allclose(mg.grad(f)(leaf).detach(), expected, rtol=1e-15)
    assert np.array_equal(x, X)
    assert np.array_equal(leaf.numpy(), X)


def test_what_f_closes_over_is_a_constant_and_its_grad_is_left_alone():
    """A parameter read inside gets no .grad from mg.grad."""
    w = mg.tensor(W, requires_grad=True)
    g = mg.grad(lambda x: mg.tanh(x @ w).sum())(X)
    close(g, torch.func.grad(lambda x: torch.tanh(x @ t(W)).sum())(t(X)))
    assert w.grad is None


def test_the_gradient_of_a_tensor_with_history_has_a_history():
    """mg.grad inside a loss: the outer backward reaches through it."""
    p = mg.tensor(X, requires_grad=True)
    g = mg.grad(lambda x: (x**3).sum())(p)
    assert g.requires_grad
    (g * g).sum().backward()
    np.testing.assert_allclose(p.grad, 2 * 3 * X**2 * 6 * X, rtol=1e-14)


def test_the_verbs_work_under_no_grad():
    """They record for themselves; what they give then carries no gradient."""
    p = mg.tensor(X, requires_grad=True)
    with mg.no_grad():
        g = mg.grad(lambda x: (x**3).sum())(p)
        h = mg.hvp(lambda x: (x**3).sum())(X, V)
    assert not g.requires_grad
    np.testing.assert_allclose(g.numpy(), 3 * X**2, rtol=1e-15)
    np.testing.assert_allclose(h, 6 * X * V, rtol=1e-14)


def test_dtypes_are_kept():
    """float32 in, float32 out, value and gradient; mixed arguments each their own."""
    x = X.astype(np.float32)
    value, g = mg.value_and_grad(lambda x: (x * x).sum())(x)
    assert value.dtype == g.dtype == np.float32
    a, b = mg.grad(lambda x, w: (x @ w).sum(), (0, 1))(x, W)
    assert (a.dtype, b.dtype) == (np.float32, np.float64)


def test_scipy_takes_them_as_they_stand():
    """minimize(value_and_grad(f), jac=True) and hessp=."""
    optimize = pytest.importorskip("scipy.optimize")
    rosen = lambda x: (100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()
    start = np.array([1.3, 0.7, 0.8, 1.9, 1.2])
    found = optimize.minimize(mg.value_and_grad(rosen), start, jac=True, method="BFGS", tol=1e-8)
    np.testing.assert_allclose(found.x, np.ones(5), rtol=1e-6)
    found = optimize.minimize(
        lambda x: float(rosen(x)), start, jac=mg.grad(rosen), hessp=mg.hvp(rosen), method="Newton-CG", tol=1e-10
    )
    np.testing.assert_allclose(found.x, np.ones(5), rtol=1e-6)
    np.testing.assert_allclose(mg.hessian(rosen)(start), optimize.rosen_hess(start), rtol=1e-10)


# ------------------------------------------------------------------------------------------ forward mode, other forms


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (lambda x: mg.layer_norm(x, W[0], W[1]), lambda x: F.layer_norm(x, (4,), t(W[0]), t(W[1]))),
        (lambda x: mg.nll(mg.log_softmax(x, -1), TARGET), lambda x: F.nll_loss(torch.log_softmax(x, -1), t(TARGET))),
        (lambda x: mg.cross_entropy(x, TARGET), lambda x: F.cross_entropy(x, torch.tensor(TARGET))),
        (lambda x: mg.log_softmax(x, -1), lambda x: torch.log_softmax(x, -1)),
        (lambda x: x.max(0), lambda x: torch.amax(x, 0)),
        (lambda x: x.var(1), lambda x: x.var(1, correction=0)),
        (lambda x: mg.gelu(x), lambda x: F.gelu(x)),
        (lambda x: x[[0, 0, 2]], lambda x: x[[0, 0, 2]]),
        (lambda x: mg.where(x > 0, x, x * x), lambda x: torch.where(x > 0, x, x * x)),
        (lambda x: mg.stack(mg.split(x, 2, axis=1)), lambda x: torch.stack(torch.split(x, 2, 1))),
        (lambda x: x + V[0] * x[:, :1], lambda x: x + t(V[0]) * x[:, :1]),
        (lambda x: x.astype(np.float32).astype(np.float64), lambda x: x.to(torch.float32).to(torch.float64)),
    ],
)  # fmt: skip
def test_jvp_through_every_form(ours, theirs):
    """Residuals, joint rules, statics, variadic, broadcasting: the tangent is torch.func's."""
    _, tangent = mg.jvp(ours, (X,), (V,))
    _, expected = torch.func.jvp(theirs, (t(X),), (t(V),))
    close(tangent, expected, rtol=1e-6 if "float32" in str(expected.dtype) else 1e-10)


def test_jvp_through_several_outputs():
    """divmod: the quotient is piecewise constant, the remainder is not; and it nests under grad."""

    def f(x):
        q, r = divmod(x * x, 0.7)
        return (q * r * x).sum()

    def g(x):
        y = x * x
        return (torch.floor(y / 0.7).detach() * torch.remainder(y, 0.7) * x).sum()

    close(mg.jvp(f, (X,), (V,))[1], torch.func.jvp(g, (t(X),), (t(V),))[1])
    close(mg.grad(f)(X), torch.func.grad(g)(t(X)))
    inner = lambda x: mg.jvp(f, (x,), (V,))[1]
    close(mg.grad(inner)(X), torch.func.grad(lambda x: torch.func.jvp(g, (x,), (t(V),))[1])(t(X)))


def test_functions_with_several_values():
    """vjp and jvp take tuples: a cotangent, or a tangent, for each."""
    ours = lambda x: (mg.sin(x), (x * x).sum())
    theirs = lambda x: (torch.sin(x), (x * x).sum())
    (a, b), pull = mg.vjp(ours, X)
    (c, d), torchs = torch.func.vjp(theirs, t(X))
    close(a, c)
    close(np.asarray(b), d)
    close(pull((V, np.array(2.0)))[0], torchs((t(V), torch.tensor(2.0, dtype=torch.float64)))[0])
    _, (p, q) = mg.jvp(ours, (X,), (V,))
    _, (r, s) = torch.func.jvp(theirs, (t(X),), (t(V),))
    close(p, r)
    close(np.asarray(q), s)


def test_jvp_with_several_primals():
    """Tangents for each; one primal given twice is two."""
    _, tangent = mg.jvp(lambda x, w: mg.tanh(x @ w), (X, W), (V, 2 * W))
    _, expected = torch.func.jvp(lambda x, w: torch.tanh(x @ w), (t(X), t(W)), (t(V), 2 * t(W)))
    close(tangent, expected)
    x = mg.tensor(X)
    _, tangent = mg.jvp(lambda a, b: a * b, (x, x), (mg.tensor(V), mg.tensor(0 * V)))
    np.testing.assert_allclose(tangent, X * V, rtol=1e-15)


def test_jvp_of_a_constant_and_of_the_identity():
    """Zeros of the value's shape; the tangent itself."""
    _, tangent = mg.jvp(lambda x: mg.tensor(np.ones(2)), (X,), (V,))
    assert np.array_equal(tangent, np.zeros(2))
    _, tangent = mg.jvp(lambda x: x, (X,), (V,))
    assert np.array_equal(tangent, V)


def test_jvp_of_a_deep_chain():
    """20,000 operations forward without recursion."""

    def f(x):
        for _ in range(10_000):
            x = x * 1.0001 + 0.0
        return x

    _, tangent = mg.jvp(f, (np.ones(2),), (np.ones(2),))
    np.testing.assert_allclose(tangent, 1.0001**10_000, rtol=1e-10)


# ------------------------------------------------------------------------------------------ checkpoint


def block(x, w):
    h = mg.tanh(x @ w)
    return h * h + x


def test_a_checkpoint_has_the_gradients_of_what_it_stands_for():
    """Value and both gradients, to the bit, of arguments and of parameters that the function closes over."""
    found = []
    for run in (lambda f, *a: f(*a), mg.checkpoint):
        x, w, b = (mg.tensor(a, requires_grad=True) for a in (X, W, V))
        out = run(lambda x, w=w, b=b: block(x, w) * b, x)
        (out * out).sum().backward()
        found.append([out.detach().numpy(), x.grad.numpy(), w.grad.numpy(), b.grad.numpy()])
    for a, b in zip(*found, strict=True):
        assert np.array_equal(a, b)


def test_a_checkpoint_keeps_nothing_of_what_lies_between():
    """Its node holds the inputs and the value; the intermediates are gone at once."""
    import gc
    import weakref

    x, w = mg.tensor(X, requires_grad=True), mg.tensor(W, requires_grad=True)
    inside = []

    def f(x):
        h = mg.tanh(x @ w)
        inside.append(weakref.ref(h._node))
        return h * h

    out = mg.checkpoint(f, x)
    gc.collect()
    assert inside[0]() is None
    assert [n.op.name for n in mg.graph(out) if n.op] == ["checkpoint"]
    out.sum().backward()
    assert len(inside) == 2  # it ran again
    gc.collect()
    assert inside[1]() is None


def test_a_checkpoint_repeats_its_draws():
    """Dropout inside: the backward pass uses the very same mask, and draws that follow are not disturbed."""
    for generator in (None, np.random.default_rng(5)):
        mg.manual_seed(3)
        x = mg.tensor(np.ones(1000), requires_grad=True)

        def f(x, generator=generator):
            mask = mg.random.uniform(size=x.shape, generator=generator, dtype=float) < 0.5
            return x * mask

        out = mg.checkpoint(f, x)
        after = mg.random.uniform(size=3).numpy()
        out.sum().backward()
        assert np.array_equal(x.grad.numpy(), out.detach().numpy())
        assert 300 < x.grad.numpy().sum() < 700
        x.grad = None
        out.sum().backward()  # and again
        assert np.array_equal(x.grad.numpy(), out.detach().numpy())
        mg.manual_seed(3)
        if generator is None:
            mg.random.uniform(size=1000, dtype=float)
        assert np.array_equal(after, mg.random.uniform(size=3).numpy())


def test_nested_checkpoints_with_draws():
    """A checkpoint within a checkpoint: values and gradients to the bit of the plain computation."""

    def inner(x, w):
        return mg.tanh(x @ w) * (mg.random.uniform(size=x.shape, dtype=float) < 0.7)

    found = []
    for run in (lambda f, *a: f(*a), mg.checkpoint):
        mg.manual_seed(1)
        x, w = mg.tensor(X, requires_grad=True), mg.tensor(W, requires_grad=True)

        def outer(x, run=run, w=w):
            h = run(inner, x, w)
            return run(inner, h * (mg.random.uniform(size=h.shape, dtype=float) < 0.8), w) * h

        out = run(outer, x)
        out.sum().backward()
        found.append([out.detach().numpy(), x.grad.numpy(), w.grad.numpy()])
    for a, b in zip(*found, strict=True):
        assert np.array_equal(a, b)


def test_a_checkpoint_is_differentiated_twice():
    """create_graph, mg.grad of mg.grad, and jvp through it."""
    w = mg.tensor(W, requires_grad=True)
    f = lambda x: (mg.checkpoint(lambda x: mg.tanh(x @ w) ** 2, x)).sum()
    g = lambda x: (torch.tanh(x @ t(W)) ** 2).sum()
    close(mg.grad(f)(X), torch.func.grad(g)(t(X)))
    close(mg.hessian(f)(X), torch.func.hessian(g)(t(X)), rtol=1e-10)
    close(np.asarray(mg.jvp(f, (X,), (V,))[1]), torch.func.jvp(g, (t(X),), (t(V),))[1])
    x = mg.tensor(X, requires_grad=True)
    f(x).backward(create_graph=True)
    inner = (x.grad * x.grad).sum()
    x.grad = w.grad = None
    inner.backward()
    a, b = t(X).requires_grad_(), t(W).requires_grad_()
    (first,) = torch.autograd.grad((torch.tanh(a @ b) ** 2).sum(), a, create_graph=True)
    (first * first).sum().backward()
    close(x.grad.numpy(), a.grad, rtol=1e-10)
    close(w.grad.numpy(), b.grad, rtol=1e-10)


def test_a_checkpoint_takes_plain_arguments_too():
    """Numbers, arrays and None pass through; without a gradient it is the plain call."""
    x = mg.tensor(X, requires_grad=True)
    out = mg.checkpoint(lambda x, k, a, n: x * k + a if n is None else x, x, 3.0, V, None)
    out.sum().backward()
    assert np.array_equal(x.grad.numpy(), np.full((3, 4), 3.0))
    assert not mg.checkpoint(lambda x: x * 2.0, mg.tensor(X)).requires_grad
    with mg.no_grad():
        assert not mg.checkpoint(lambda x: x * 2.0, x).requires_grad


def test_a_checkpointed_argument_may_be_written_to_inside():
    """x *= 2 inside does not reach the caller's Tensor, forward or again."""
    p = mg.tensor(X, requires_grad=True)

    def f(x):
        x *= 2.0
        x[0] = 0.0
        return x * x

    mg.checkpoint(f, p).sum().backward()
    expected = 8 * X
    expected[0] = 0
    np.testing.assert_allclose(p.grad, expected, rtol=1e-15)
    assert np.array_equal(p.numpy(), X)


def test_jvp_through_a_checkpoint_reaches_what_it_closes_over():
    """Tangents of an argument and of a parameter that the function reads, together."""

    def ours(x, w):
        return mg.checkpoint(lambda x: mg.tanh(x @ w) * x, x * 2.0)

    _, tangent = mg.jvp(ours, (X, W), (V, 2 * W))
    _, expected = torch.func.jvp(lambda x, w: torch.tanh(2 * x @ w) * 2 * x, (t(X), t(W)), (t(V), 2 * t(W)))
    close(tangent, expected)


def test_a_parameter_written_before_the_backward_pass_of_a_checkpoint_is_told():
    """The function would be run again with other numbers: GraphError names the parameter."""
    x, w = mg.tensor(X, requires_grad=True), mg.tensor(W, requires_grad=True, name="w")
    out = mg.checkpoint(lambda x: mg.tanh(x @ w), x).sum()
    with mg.no_grad():
        w -= 1e-12
    with pytest.raises(mg.GraphError, match=r"checkpoint: w \(4, 4\), which the function reads, was written"):
        out.backward()
    assert x.grad is None


def test_a_checkpoint_that_gives_other_values_is_told():
    """A plain array that the function closes over was changed; draws that are not mg.random's."""
    x, a, rng = mg.tensor(X, requires_grad=True), V.copy(), np.random.default_rng(0)
    out = mg.checkpoint(lambda x: x * x * mg.tensor(a), x).sum()
    a[0] = 0.0
    with pytest.raises(mg.GraphError, match="gave other values"):
        out.backward()
    out = mg.checkpoint(lambda x: x * rng.random(4), x).sum()
    with pytest.raises(mg.GraphError, match=r"draws must come from mg\.random"):
        out.backward()


def test_an_array_given_to_a_checkpoint_is_copied():
    """... as every plain operand is: a later write spoils no gradient."""
    x, a = mg.tensor(X, requires_grad=True), V.copy()
    out = mg.checkpoint(lambda x, a: x * x * a, x, a).sum()
    a[:] = 0.0
    out.backward()
    np.testing.assert_allclose(x.grad, 2 * X * V, rtol=1e-15)


def test_a_checkpoint_of_the_identity_and_of_a_tensor_from_outside():
    """f may return its argument, or a parameter."""
    x, w = mg.tensor(X, requires_grad=True), mg.tensor(W, requires_grad=True)
    mg.checkpoint(lambda x: x, x).sum().backward()
    mg.checkpoint(lambda x: w, x).sum().backward()
    assert np.array_equal(x.grad.numpy(), np.ones((3, 4)))
    assert np.array_equal(w.grad.numpy(), np.ones((4, 4)))


def test_a_checkpoint_must_return_one_tensor():
    """TypeError says what it got."""
    with pytest.raises(TypeError, match="checkpoint: the function returned tuple, expected one Tensor"):
        mg.checkpoint(lambda x: (x, x), mg.tensor(X, requires_grad=True))


def test_checkpoints_in_threads():
    """Two threads checkpoint functions with draws from generators of their own: bit-equal to one after the other."""

    def work(seed):
        rng = np.random.default_rng(seed)
        x, w = mg.tensor(X, requires_grad=True), mg.tensor(W, requires_grad=True)
        for _ in range(20):
            out = mg.checkpoint(lambda x: mg.tanh(x @ w) * (mg.random.uniform(size=(3, 4), generator=rng) < 0.5), x)
            out.sum().backward()
        return x.grad.numpy(), w.grad.numpy()

    alone = [work(seed) for seed in (0, 1)]
    together = [None, None]
    threads = [threading.Thread(target=lambda k=k: together.__setitem__(k, work(k))) for k in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for a, b in zip(alone, together, strict=True):
        assert np.array_equal(a[0], b[0])
        assert np.array_equal(a[1], b[1])


# ------------------------------------------------------------------------------------------ errors


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (
            lambda: mg.grad(lambda x: x * 2)(X),
            ValueError,
            r"grad: the function returned shape \(3, 4\), expected a scalar; reduce it",
        ),
        (
            lambda: mg.grad(lambda x: x.sum())(np.ones(3, int)),
            TypeError,
            r"grad: argument 0 is int64 \(3,\); only floating-point",
        ),
        (
            lambda: mg.grad(lambda x: "a")(X),
            TypeError,
            "grad: the function returned str, expected a Tensor or a number",
        ),
        (
            lambda: mg.grad(lambda x: x.sum(), 3)(X),
            ValueError,
            "argnums=3, but the function was called with 1 argument",
        ),
        (lambda: mg.grad(lambda x: x.sum())(X * 1j), TypeError, "complex"),
        (lambda: mg.grad(lambda x: x)("a"), TypeError, "text given"),
        (
            lambda: mg.vjp(lambda x: x * 2, X)[1](np.ones(4)),
            ValueError,
            r"vjp: the cotangent has shape \(4,\), expected \(3, 4\)",
        ),
        (lambda: mg.vjp(lambda x: (x, x), X)[1]((X,)), ValueError, "vjp: 1 cotangents for 2 values"),
        (
            lambda: mg.jvp(lambda x: x, (X,), (np.ones(4),)),
            ValueError,
            r"jvp: a tangent has shape \(4,\), expected \(3, 4\)",
        ),
        (lambda: mg.jvp(lambda x: x, (X,), ()), ValueError, "jvp: 0 tangents for 1 primals"),
        (lambda: mg.hvp(lambda x: x.sum())(X, np.ones(2)), ValueError, r"hvp: v has shape \(2,\), expected \(3, 4\)"),
        (lambda: mg.jacobian(lambda x: {"a": x})(X), TypeError, "jacobian: the function returned dict"),
    ],
)
def test_misuse_is_told(call, kind, message):
    """What was seen and what was expected."""
    with pytest.raises(kind, match=message):
        call()


# ------------------------------------------------------------------------------------------ what f closes over


def test_a_gradient_carries_that_of_what_f_closes_over():
    """A physics-informed loss: the derivative in x, a Tensor, is differentiated in the parameters w."""
    w, b = mg.tensor(W, requires_grad=True), t(W).requires_grad_()
    du = mg.grad(lambda x: mg.tanh(x @ w).sum())(mg.tensor(X))
    (du * du).sum().backward()
    dv = torch.func.grad(lambda x: torch.tanh(x @ b).sum())(t(X))
    (dv * dv).sum().backward()
    close(w.grad.numpy(), b.grad)


def test_verbs_within_verbs_over_arrays_lose_nothing():
    """grad over x of an inner grad, jvp, vjp, jacobian over an array y that closes over x."""
    ours = {
        "grad": lambda x: mg.grad(lambda y: (x * x * y * y).sum())(V).sum(),
        "jvp": lambda x: mg.jvp(lambda y: x * y * y, (V,), (V,))[1].sum(),
        "vjp": lambda x: mg.vjp(lambda y: x * x * y, V)[1](V)[0].sum(),
        "value": lambda x: mg.value_and_grad(lambda y: (x * y).sum())(V)[0],
        "jacobian": lambda x: mg.jacobian(lambda y: (x * y * y).sum(0))(V).sum(),
    }
    expected = {"grad": 4 * X * V, "jvp": 2 * V * V, "vjp": 2 * X * V, "value": V, "jacobian": 2 * V}
    for name, f in ours.items():
        for x in (X, mg.tensor(X), mg.tensor(X, requires_grad=True)):
            got = mg.detach(mg.grad(f)(x))
            np.testing.assert_allclose(got, expected[name], rtol=1e-13, err_msg=name)


def test_arrays_in_arrays_out_though_f_closes_over_parameters():
    """A saliency map of a model on an array is an array: outside of another verb, arrays leave the graph."""
    w = mg.tensor(W, requires_grad=True)
    g = mg.grad(lambda x: mg.tanh(x @ w).sum())(X)
    assert type(g) is np.ndarray


def test_the_graph_of_a_gradient():
    """mg.graph(mg.grad(f), x): the derivative's own operations, recorded."""
    graph = mg.graph(mg.grad(lambda x: mg.tanh(x).sum()), X)
    assert "tanh" in [n.op.name for n in graph if n.op]
    assert [n.op.name for n in graph if n.op].count("multiply") >= 2
    np.testing.assert_allclose(graph.outputs[0].data, 1 - np.tanh(X) ** 2, rtol=1e-14)
