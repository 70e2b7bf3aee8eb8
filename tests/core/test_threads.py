"""Recording is per thread, sequence numbers are atomic: two threads may train at once. Randomness is an operation."""

from __future__ import annotations

import sys
import threading

import numpy as np
import pytest

import microgrid as mg


@pytest.fixture
def _hurried():
    """Threads take turns as often as they can."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


def train(seed, steps=60):
    """A small network by hand: writes, views, no_grad, scopes, dropout masks from a generator of its own."""
    rng = np.random.default_rng(seed)
    x, t = rng.normal(size=(16, 5)), rng.normal(size=(16, 2))
    w, v = (
        mg.tensor(rng.normal(size=(5, 8)), requires_grad=True),
        mg.tensor(rng.normal(size=(8, 2)), requires_grad=True),
    )
    losses = []
    for _ in range(steps):
        with mg.scope("step"):
            h = mg.tanh(mg.matmul(x, w))
            h[0] += 0.1
            mask = mg.random.uniform(size=h.shape, generator=rng) > 0.2
            loss = ((mg.matmul(h * mask, v) - t) ** 2).mean()
        w.grad = v.grad = None
        loss.backward()
        with mg.no_grad():
            for p in (w, v):
                p -= 0.05 * p.grad
        losses.append(loss.item())
    return losses, w.numpy().copy(), v.numpy().copy()


def in_threads(work, arguments):
    results, errors = {}, []

    def run(a):
        try:
            results[a] = work(a)
        except BaseException as error:  # told below: a thread's own error is lost
            errors.append(error)

    threads = [threading.Thread(target=run, args=(a,)) for a in arguments]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors, errors
    return results


@pytest.mark.usefixtures("_hurried")
def test_threads_that_train_at_once_do_what_they_do_alone():
    """Bit-equal to serial, losses and weights, at a switch interval of a microsecond."""
    seeds = range(4)
    alone = {seed: train(seed) for seed in seeds}
    together = in_threads(train, seeds)
    for seed in seeds:
        for a, b in zip(alone[seed], together[seed], strict=True):
            assert np.array_equal(a, b)
    assert alone[0][0][-1] < alone[0][0][0]


def test_no_grad_in_one_thread_does_not_reach_another():
    """A thread that starts inside no_grad records; one that is under no_grad does not stop the others."""
    p = mg.tensor(np.ones(2), requires_grad=True)
    entered, done = threading.Event(), threading.Event()

    def silent():
        with mg.no_grad():
            entered.set()
            done.wait(10)
            return (p * 2.0).requires_grad

    thread_result = []
    thread = threading.Thread(target=lambda: thread_result.append(silent()))
    thread.start()
    entered.wait(10)
    assert (p * 2.0).requires_grad
    done.set()
    thread.join()
    assert thread_result == [False]
    with mg.no_grad():
        assert in_threads(lambda _: (p * 2.0).requires_grad, [0]) == {0: True}


@pytest.mark.usefixtures("_hurried")
def test_sequence_numbers_are_unique_and_rise_within_a_thread():
    """Creation order is a topological order in every thread."""

    def chain(_):
        x = mg.tensor(np.ones(1), requires_grad=True)
        nodes = []
        for _ in range(2000):
            x = x * 1.0
            nodes.append(x._node.seq)
        return nodes

    found = in_threads(chain, range(4))
    assert all(s == sorted(s) for s in found.values())
    everything = [n for s in found.values() for n in s]
    assert len(set(everything)) == len(everything)


@pytest.mark.usefixtures("_hurried")
def test_threads_share_a_graph():
    """Several threads run backward over one graph with targets of their own (mg.vjp): the same gradients each."""
    a = np.random.default_rng(0).normal(size=(6, 6))
    out, pull = mg.vjp(lambda x: mg.tanh(x @ x.T) @ x, a)
    expected = pull(np.ones_like(out))[0]
    found = in_threads(lambda _: [pull(np.ones_like(out))[0] for _ in range(20)], range(4))
    assert all(np.array_equal(g, expected) for gs in found.values() for g in gs)


# ------------------------------------------------------------------------------------------ randomness


def test_a_draw_is_a_recorded_node():
    """A dropout mask is drawn by a node of the graph, with its numbers."""
    p = mg.tensor(np.ones((3, 4)), requires_grad=True)
    mask = mg.random.uniform(size=(3, 4), generator=np.random.default_rng(0), dtype=float)
    y = (p * mask).sum()
    names = [n.op.name for n in mg.graph(y) if n.op]
    assert names == ["uniform", "multiply", "sum"]
    drawn = next(n for n in mg.graph(y) if n.op and n.op.random)
    assert np.array_equal(drawn.data, mask.numpy())
    y.backward()
    assert np.array_equal(p.grad.numpy(), mask.numpy())
    assert drawn.need == 0


def test_draws_are_numpys():
    """The same generator gives NumPy's own numbers; its state moves on."""
    ours, theirs = np.random.default_rng(3), np.random.default_rng(3)
    assert np.array_equal(
        mg.random.normal(size=(2, 3), generator=ours, dtype=float).numpy(), theirs.standard_normal((2, 3))
    )
    assert np.array_equal(mg.random.uniform(size=4, generator=ours, dtype=float).numpy(), theirs.random(4))
    assert np.array_equal(ours.random(3), theirs.random(3))


def test_manual_seed_repeats_the_draws():
    """mg.manual_seed(n): what follows is the same each time, and differs for another n."""
    draws = []
    for seed in (7, 7, 8):
        mg.manual_seed(seed)
        draws.append(mg.random.normal(size=5).numpy())
    assert np.array_equal(draws[0], draws[1])
    assert not np.array_equal(draws[0], draws[2])


def test_a_backward_uses_the_draw_of_its_forward_and_a_new_forward_draws_afresh():
    """... so that dropout's gradient is that of the mask that was used."""
    p = mg.tensor(np.ones(1000), requires_grad=True)
    masks = []
    for _ in range(2):
        y = mg.nn.functional.dropout(p, 0.5, training=True)
        p.grad = None
        y.sum().backward()
        assert np.array_equal(p.grad.numpy(), y.detach().numpy())
        masks.append(p.grad.numpy())
    assert not np.array_equal(masks[0], masks[1])


def test_the_parameters_of_a_draw_carry_gradients():
    """normal(loc, scale): d/d loc = 1, d/d scale = z (the reparameterised draw)."""
    loc, scale = (mg.tensor(np.full(4, v), requires_grad=True) for v in (1.0, 2.0))
    x = mg.random.normal(loc, scale, generator=np.random.default_rng(0))
    x.sum().backward()
    z = np.random.default_rng(0).standard_normal(4)
    np.testing.assert_allclose(x, 1 + 2 * z, rtol=1e-15)
    assert np.array_equal(loc.grad.numpy(), np.ones(4))
    np.testing.assert_allclose(scale.grad, z, rtol=1e-15)
