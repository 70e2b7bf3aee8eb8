"""Views show what NumPy's would, and writing to one writes to its root."""

from __future__ import annotations

import numpy as np
import pytest

import microgrid as mg

A = np.arange(1.0, 13.0).reshape(3, 4)
MASK = A % 3 == 0


def leaf(a=A, **kw):
    return mg.tensor(a, requires_grad=True, **kw)


def numbers(x):
    return np.asarray(x.detach())


VIEWS = [
    "x[0]",
    "x[:, 1]",
    "x[::-1]",
    "x[..., 1:3]",
    "x[None]",
    "x.T",
    "x.mT",
    "x[0][1:]",
    "x.T[0]",
    "x.reshape(12)",
    "x.reshape(2, 6)",
    "x.ravel()",
    "x.transpose(1, 0)",
    "x.swapaxes(0, 1)",
    "x[1:].T[::2]",
    "x[:1].squeeze()",
    "x.T.reshape(12)",
    "x.T.ravel()",
    "x[MASK]",
    "x[[0, 0]]",
    "np.expand_dims(x, 1)",
    "np.transpose(x)",
    "np.moveaxis(x, 0, 1)",
    "np.split(x, 2, axis=1)[1]",
]


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_shows_a_later_write_to_its_root_where_numpys_does(view):
    """A view taken before `x[...] = v` shows v exactly where NumPy shares memory; a copy keeps what it read."""
    for write in ("x[0] = 50.0", "x *= 2.0", "x[:, 1] += 5.0"):
        env = {"x": leaf() * 1.0, "np": np, "MASK": MASK}
        arrays = {"x": A.copy(), "np": np, "MASK": MASK}
        for e in (env, arrays):
            exec(f"v = {view}\n{write}", e)
        assert np.array_equal(numbers(env["v"]), arrays["v"])
        assert env["v"].numpy().strides == arrays["v"].strides


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("write", ["v[...] = 50.0", "v *= 2.0", "v += v * 0.5", "v[0] = 9.0", "v[1:] -= 3.0"])
def test_a_write_to_a_view_writes_to_its_root_where_numpys_does(view, write):
    """Values after a write through the view, of the view and the root; and gradients of both by finite differences."""
    rng = np.random.default_rng(0)
    c = rng.normal(size=A.shape)

    def run(x):
        env = {"x": x, "np": np, "MASK": MASK}
        exec(f"v = {view}\n{write}", env)
        return env["x"], env["v"]

    p = leaf()
    x, v = run(p * 1.0)
    a, b = run(A.copy())
    assert np.array_equal(numbers(x), a)
    assert np.array_equal(numbers(v), b)
    d = rng.normal(size=b.shape)
    ((x * x * c).sum() + (v * v * d).sum()).backward()

    def loss(e):
        a, b = run(A + e)
        return (a * a * c).sum() + (b * b * d).sum()

    direction = rng.normal(size=A.shape)
    slope = loss(0.5 * direction) - loss(-0.5 * direction)  # exact: the loss is quadratic
    assert (numbers(p.grad) * direction).sum() == pytest.approx(slope, rel=1e-12)


@pytest.mark.parametrize(
    "write",
    [
        "x[1] += w[0]",
        "x[MASK] += 1.0",
        "x[MASK] *= w[MASK]",
        "x.T[0] = w[:, 1]",
        "x[0][1] = 5",
        "x[[0, 0]] = w[:2]",
        "x[[0, 2]] += w[:2]",
        "x[0, 1] += w[2, 2]",
        "x[..., 0][::2] = 1.5",
        "x[1:][0][:2] *= w[0][:2]",
        "x.reshape(2, 6)[1] = w.ravel()[:6]",
    ],
)
def test_writes_of_every_kind_through_views(write):
    """`x[i] += v`, `x[mask] += v`, `x.T[0] = v`, `x[0][1] = 5`, `x[[0, 0]] = v` all work, with gradients for both."""
    rng = np.random.default_rng(1)
    c = rng.normal(size=A.shape)

    def run(x, w):
        exec(write, {"x": x, "w": w, "MASK": MASK})
        return x

    p, w = leaf(), leaf(rng.normal(size=A.shape))
    x = run(p * 1.0, w)
    assert np.array_equal(numbers(x), run(A.copy(), w.numpy()))
    (x * x * c).sum().backward()
    for t, place in ((p, 0), (w, 1)):
        direction = rng.normal(size=A.shape)

        def loss(e, place=place, direction=direction):
            at = [A.copy(), w.numpy().copy()]
            at[place] += e * direction
            x = run(*at)
            return (x * x * c).sum()

        slope = loss(0.5) - loss(-0.5)  # exact: the loss is quadratic in each
        got = 0.0 if t.grad is None else (numbers(t.grad) * direction).sum()
        assert got == pytest.approx(slope, rel=1e-12, abs=1e-12)


def test_a_view_of_a_view_has_the_same_root():
    """As in NumPy: x[1:][0] is a view of x, and both see a write through the other."""
    x = leaf() * 1.0
    outer = x[1:]
    inner = outer[0]
    inner[0] = 100.0
    assert float(outer[0, 0]) == float(x[1, 0]) == 100.0
    outer[0] = 7.0
    assert np.array_equal(numbers(inner), np.full(4, 7.0))


def test_a_view_keeps_its_root_alive():
    """x[0] of an x that has no name any more still works, and is still written through."""
    p = leaf()
    v = (p * 2.0)[0]
    v[1] = 0.0
    v.sum().backward()
    assert np.array_equal(numbers(p.grad)[0], [2, 0, 2, 2])


def test_a_result_from_a_view_keeps_what_it_read():
    """y = v * v reads v's value at that time, whatever is written to the root since."""
    p = leaf()
    x = p * 1.0
    v = x[0]
    y = (v * v).sum()
    x[0] = 0.0
    y.backward()
    assert np.array_equal(numbers(p.grad)[0], 2 * A[0])


def test_adding_to_a_view_leaves_no_put_in_its_own_graph():
    """After `h = y.reshape(6); h += b`, h's graph is reshape and add: what was written is what h shows."""
    p, b = leaf(), leaf(np.ones(12))
    h = (p * 1.0).reshape(12)
    h += b
    assert [n.op.name for n in mg.graph(h) if n.op] == ["multiply", "reshape", "add"]


def test_adding_to_an_item_is_getitem_add_put():
    """`x[0] += 1` writes once."""
    x = leaf() * 1.0
    x[0] += 1.0
    assert [n.op.name for n in mg.graph(x) if n.op] == ["multiply", "getitem", "add", "setitem"]


def test_a_view_taken_under_no_grad_stays_detached():
    """It shows later writes and carries nothing."""
    x = leaf() * 1.0
    with mg.no_grad():
        v = x.ravel()
    x[0] = 7.0
    assert np.array_equal(numbers(v)[:4], np.full(4, 7.0))
    assert not v.requires_grad
    assert not (v * 2.0).requires_grad


def test_a_write_through_a_view_taken_under_no_grad_that_would_carry_a_gradient_raises():
    """... and changes nothing."""
    p = leaf()
    x = p * 1.0
    with mg.no_grad():
        v = x.ravel()
    with pytest.raises(mg.GraphError, match=r"v \(12,\) is a view taken under no_grad"):
        v[0] = p[0, 0]
    with pytest.raises(mg.GraphError, match="view taken under no_grad"):
        v += 1.0
    assert np.array_equal(numbers(x), A)


def test_a_view_of_a_leaf_counts_as_its_leaf():
    """Writing to it while recording raises; under no_grad it writes the leaf."""
    p = leaf(name="p")
    row = p[0]
    with pytest.raises(mg.GraphError, match=r"p \(3, 4\) is a leaf"):
        row[0] = 1.0
    with pytest.raises(mg.GraphError, match=r"p \(3, 4\) is a leaf"):
        row += 1.0
    with mg.no_grad():
        row += 1.0
    assert np.array_equal(p.numpy()[0], A[0] + 1)
    assert p.is_leaf


def test_a_view_of_a_constant_that_gets_a_history_carries_it():
    """The view is taken again from the root that was written: it then requires grad."""
    p = leaf()
    x = mg.zeros((3, 4), dtype=float)
    v = x[0]
    x[0] = p[1]
    assert v.requires_grad
    v.sum().backward()
    assert np.array_equal(numbers(p.grad)[1], np.ones(4))


def test_views_read_and_write_in_threads():
    """Threads that fill rows of one Tensor all succeed, as in NumPy."""
    import threading

    p = leaf(np.ones(4))
    x = mg.zeros((8, 4), dtype=float)

    def fill(i):
        for _ in range(50):
            x[i] = p * float(i)

    threads = [threading.Thread(target=fill, args=(i,)) for i in range(8)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert np.array_equal(numbers(x), np.arange(8.0)[:, None] * np.ones(4))
    x.sum().backward()
    assert np.array_equal(numbers(p.grad), np.full(4, 28.0))


def test_the_data_of_a_view_is_the_view_of_the_roots_data():
    """v.data[...] = 0 writes x's memory; v.data = array is refused with the way out."""
    x = mg.tensor(A)
    v = x[0]
    v.data[:] = 0.0
    assert np.array_equal(x.numpy()[0], np.zeros(4))
    with pytest.raises(mg.GraphError, match=r"view.*x\[\.\.\.\] = value"):
        v.data = np.ones(4)


def test_assigning_a_view_to_itself_changes_nothing():
    """x[0] = x[0] and x[...] = x are harmless, with gradients."""
    p = leaf()
    x = p * 1.0
    x[0] = x[0]
    x[...] = x
    x.sum().backward()
    assert np.array_equal(numbers(p.grad), np.ones((3, 4)))


def test_a_view_written_from_its_own_root_reads_the_old_value():
    """x[:] = x[::-1] (NumPy buffers overlaps): value and gradient."""
    p = leaf()
    x = p * 1.0
    x[:] = x[::-1]
    c = np.random.default_rng(0).normal(size=A.shape)
    assert np.array_equal(numbers(x), A[::-1])
    (x * c).sum().backward()
    assert np.array_equal(numbers(p.grad), c[::-1])


def test_the_second_derivative_passes_through_views_and_writes():
    """d²/dp² of a function with x[i] += v and x.T[0] = v, against finite differences of its gradient."""

    def f(p):
        x = p * p
        x[0] += x[1] * p[2]
        x.T[1] = x[:, 0] * x[:, 2]
        return (x * x * x).sum()

    v = np.random.default_rng(0).normal(size=A.shape)
    a = A / 4
    slope = (mg.grad(f)(a + 1e-6 * v) - mg.grad(f)(a - 1e-6 * v)) / 2e-6
    assert np.allclose(mg.hvp(f)(a, v), slope, rtol=1e-6)


def test_a_write_through_a_reshape_whose_cotangent_lies_otherwise():
    """x.reshape(12)[3] = v, when x's cotangent comes back through a transpose: what was overwritten still gets none."""
    p = leaf()
    x = p * 1.0
    x.reshape(12)[3] = 0.5
    (x.T * np.ones((4, 3))).sum().backward()
    assert np.array_equal(numbers(p.grad).ravel() == 0.0, np.arange(12) == 3)
