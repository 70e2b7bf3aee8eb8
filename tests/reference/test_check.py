"""`mg.reference.check`: a recorded graph beside Torch, and which operation is to blame where the two differ."""

from __future__ import annotations

import json
import sys
import warnings

import numpy as np
import pytest

import microgrid as mg
from microgrid.ops import primitives
from microgrid.reference import check
from microgrid.reference.replay import Replay
from microgrid.reference.twins import TWINS, twin
from tests.ops.cases import ROWS

torch = pytest.importorskip("torch", reason="what it compares with is Torch")


def leaf(*shape, seed=0, low=None, dtype=np.float64, name=None):
    """A leaf of random numbers; positive from `low`."""
    rng = np.random.default_rng(seed)
    a = rng.standard_normal(shape) if low is None else rng.uniform(low, low + 2, shape)
    return mg.tensor(a.astype(dtype), requires_grad=True, name=name)


def total(x):
    """A scalar that weighs every element differently."""
    w = np.linspace(0.5, 2.0, max(x.size, 1)).reshape(x.shape)
    return mg.sum(x * mg.asarray(w).astype(x.dtype)) if x.dtype.kind == "f" else x


A, B, P = leaf(3, 4, seed=1), leaf(3, 4, seed=2), leaf(3, 4, seed=3, low=0.5)
ROW, COLUMN = leaf(4, seed=4), leaf(3, 1, seed=5)
IDS, CLASSES = np.array([0, 2, 1]), np.array([[0, 1, 3], [2, 2, 0]])
PROBABILITIES = np.array([[0.1, 0.2, 0.3, 0.4], [1, 0, 0, 0], [0.25, 0.25, 0.25, 0.25]])


def written(x):
    """Every kind of indexed assignment."""
    y = x * 1.0
    y[0] = y[1] * 2
    y[:, ::-2] += 1.5
    y[[0, 0, 2]] = ROW
    y[y > 1] = 0.5
    y.T[0] = y[:, 1]
    return y


# name: (what is computed, of float64 leaves unless it says otherwise)
CASES = {
    "add": lambda: A + ROW,
    "add reflected": lambda: 2 + A,
    "subtract": lambda: COLUMN - A,
    "multiply": lambda: A * COLUMN,
    "divide": lambda: A / P,
    "divide reflected": lambda: 1.0 / P,
    "power": lambda: P**B,
    "power of a number": lambda: A**3,
    "power with a base": lambda: 2.0**A,
    "negative": lambda: -A,
    "positive": lambda: +A,
    "remainder": lambda: A % P,
    "divmod": lambda: divmod(A, P)[1] * 2 + divmod(A, P)[0],
    "floor_divide": lambda: A * (A // P),
    "exp": lambda: mg.exp(A),
    "log": lambda: mg.log(P),
    "sqrt": lambda: mg.sqrt(P),
    "square": lambda: mg.square(A),
    "abs": lambda: abs(A),
    "sin cos": lambda: mg.sin(A) * mg.cos(B),
    "tanh": lambda: mg.tanh(A),
    "sigmoid": lambda: mg.sigmoid(A),
    "relu": lambda: mg.relu(A),
    "relu at zero": lambda: mg.relu(A * 0.0),
    "gelu": lambda: mg.gelu(A),
    "gelu tanh": lambda: mg.gelu(A, approximate="tanh"),
    "erf": lambda: mg.erf(A),
    "sign floor": lambda: mg.sign(A) + mg.floor(A) + A,
    "maximum minimum": lambda: mg.maximum(A, B) * mg.minimum(A, 0.1),
    "maximum tied": lambda: mg.maximum(A, A),
    "where": lambda: mg.where(A > 0, A, B * 2),
    "where compared with a number": lambda: mg.where((A >= 0) & (B < 0.5) | ~(A != B), 1.0, B),
    "clip": lambda: mg.clip(A, -0.5, 0.7),
    "clip above alone": lambda: mg.clip(A, None, COLUMN),
    "sum": lambda: A.sum(axis=0) * A.sum(axis=(0, 1), keepdims=True) + A.sum(),
    "mean": lambda: A.mean(axis=-1, keepdims=True) * A.mean(),
    "max min": lambda: A.max(axis=1, keepdims=True) * A.min(axis=(0, 1)) + mg.max(A * 0),
    "var": lambda: A.var(axis=1, ddof=1) * A.var() + mg.std(A, axis=1),
    "logsumexp": lambda: mg.logsumexp(A, axis=1) + mg.logsumexp(A),
    "matmul": lambda: A @ B.T,
    "matmul vectors": lambda: (A @ ROW) @ leaf(3, seed=6),
    "matmul row": lambda: leaf(3, seed=7) @ A,
    "matmul batched": lambda: leaf(2, 1, 3, 4, seed=8) @ leaf(5, 4, 2, seed=9),
    "matmul shared": lambda: leaf(2, 3, 4, seed=8) @ leaf(4, 2, seed=9),
    "matmul column batched": lambda: leaf(2, 3, 4, seed=8) @ ROW,
    "dot": lambda: np.dot(A, leaf(4, 2, seed=1)),
    "reshape": lambda: A.reshape(2, -1) * 2,
    "transpose": lambda: mg.transpose(leaf(2, 3, 4), (2, 0, 1)) * 2,
    "swapaxes moveaxis": lambda: mg.moveaxis(mg.swapaxes(leaf(2, 3, 4), 0, 2), 0, 1) * 2,
    "matrix transpose": lambda: leaf(2, 3, 4).mT * 2,
    "expand_dims squeeze": lambda: mg.squeeze(mg.expand_dims(A, (0, 2)), 0) + mg.squeeze(COLUMN).sum(),
    "broadcast_to": lambda: mg.broadcast_to(ROW, (3, 4)) * A,
    "ravel copy": lambda: mg.ravel(A).copy() * 3,
    "concatenate stack": lambda: mg.concatenate([A, mg.stack([ROW, ROW * 2])]),
    "split": lambda: mg.split(A, 2, axis=1)[1] * 2,
    "astype": lambda: (A.astype(np.float32) * 2).astype(np.float64),
    "getitem": lambda: A[1:, ::-1] * A[[0, 2]][:, [1, 0, 3, 3]] + A[..., None][0, :, 0],
    "getitem mask": lambda: A[A > 0] * 2 + A[2, 3] + A[np.array([0]), np.array([1])],
    "setitem": lambda: written(A),
    "softmax": lambda: mg.softmax(A) + mg.softmax(A, axis=0),
    "log_softmax": lambda: mg.log_softmax(A, axis=0),
    "layer_norm": lambda: mg.layer_norm(A, ROW, B[0] * 1.0),
    "layer_norm bare": lambda: mg.layer_norm(leaf(2, 3, 4), axes=2),
    "cross_entropy indices": lambda: mg.cross_entropy(A, IDS),
    "cross_entropy sum": lambda: mg.cross_entropy(leaf(2, 4, 3), CLASSES, axis=1, reduction="sum"),
    "cross_entropy probabilities": lambda: mg.cross_entropy(A, mg.softmax(B), reduction="none"),
    "cross_entropy numbers": lambda: mg.cross_entropy(A, PROBABILITIES),
    "nll": lambda: mg.nll(mg.log_softmax(A), IDS),
    "mse": lambda: mg.mse(A, B) + mg.mse(A, ROW, reduction="sum"),
    "dropout": lambda: A * (mg.random.uniform(size=(3, 4)).astype(np.float64) < 0.7) / 0.7,
    "random normal": lambda: A + mg.random.normal(ROW, P, size=(3, 4)),
    "argmax all any": lambda: A * A.argmax(axis=1, keepdims=True) * (A > 5).any() + A * (A > -9).all(axis=0),
    "logical": lambda: A * mg.logical_not(mg.logical_xor(mg.isnan(A), mg.isfinite(B))) * mg.logical_or(A > 0, B > 0),
    "argmin, comparisons": lambda: A * A.argmin() + A * ((A <= 0) | (A == 1) ^ (A < 2)) * mg.isinf(A),
    "logical_and": lambda: A * mg.logical_and(A > 0, B > 0) + A * A.astype(int),
    "bernoulli": lambda: mg.nn.functional.dropout(A, 0.4, True),
    "checkpoint": lambda: mg.checkpoint(lambda x: mg.tanh(x @ B.T) * mg.random.uniform(size=(3, 3)), A),
    "float32": lambda: mg.sigmoid(leaf(3, 4, dtype=np.float32) @ leaf(4, 2, dtype=np.float32)),
    "float16": lambda: leaf(3, 4, dtype=np.float16) * 2 + 1,
    "mixed dtypes": lambda: leaf(3, 4, dtype=np.float32) * A + np.arange(4),
    "a NumPy scalar promotes": lambda: leaf(3, 4, dtype=np.float32) * np.float64(1.1),
    "a Python float does not": lambda: leaf(3, 4, dtype=np.float32) * 1.1,
    "integers within": lambda: A * mg.tensor([1, 2, 3, 4]) + mg.exp(mg.tensor([1, 2, 3, 4])),
    "an array as a constant": lambda: A * np.arange(12.0).reshape(3, 4),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_every_operation_within_a_graph_agrees(name):
    """Value, gradient, and each rule alone."""
    with mg.record():
        report = check(total(CASES[name]()))
    assert report, str(report)
    assert "0 of 0" not in str(report)
    assert not [r for r in report.nodes if r.state == "unjudged"], str(report)
    assert report.worst is not None and report.worst[0] <= report.worst[1]


def test_every_operation_has_a_twin():
    """By a row of the table, by the name its declaration gives, or because it is a draw; but for those that name no
    function of Torch's, since it has none (their rows say so: tests/ops/cases)."""
    untorched = {row.op for row in ROWS if row.torch is None}
    for op in primitives():
        assert twin(op) is not None or op.random or op.name in untorched, op.name


def test_no_row_of_the_table_is_dead():
    """Every row belongs to a declared operation, or to the pick of one output."""
    assert set(TWINS) <= {op.name for op in primitives()} | {"output"}


def test_every_name_of_torch_exists():
    """A declaration that names a function of Torch names one that is there."""
    for op in primitives():
        if op.torch and op.name not in TWINS:
            homes = (torch, torch.nn.functional, torch.special, torch.linalg, torch.Tensor)
            assert any(hasattr(home, op.torch) for home in homes), op.name


def test_a_recorded_gradient_is_checked_in_turn():
    """The second derivative's own graph: scatter, broadcast and all."""
    x = leaf(4, 3, seed=11)
    y = (mg.tanh(x)[[0, 0, 2]] ** 2 * mg.softmax(x)[1:]).sum()
    y.backward(create_graph=True)
    report = check((x.grad * x.grad).sum())
    assert report, str(report)
    assert "scatter" in {r.operation for r in report.nodes}


# ------------------------------------------------------------------------------------------------------ planted wrong


def planted(body, *rules, **how):
    """A primitive with wrong rules."""
    op = mg.primitive(**how)(body)
    op.gradients(*rules)
    return op


def bad_relu(x):
    return np.maximum(x, 0)


def bad_matmul(x, y):
    return x @ y


def bad_scale(x):
    return x * 3.0


def bad_tanh(x):
    return np.tanh(x)


def bad_add(x, y):
    return x + y


WRONG = {
    "mask": (planted(bad_relu, lambda g, x: g, torch="relu"), "x", "x <= 0"),
    "factor": (planted(bad_scale, lambda g: g * 6.0, torch=""), "x", "2 ×"),
    "sign": (planted(bad_tanh, lambda g, out: -g * (1 - out * out), torch="tanh"), "x", "−1 ×"),
    "lost": (planted(bad_tanh, lambda g: g * 0.0, torch="tanh"), "x", "zero everywhere"),
    "input for output": (planted(bad_tanh, lambda g, x: g * (1 - x * x), torch="tanh"), "x", ""),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_planted_rule_is_the_one_cause(name):
    """What lies below it is only tainted; what lies above agrees."""
    op, what, said = WRONG[name]
    x, w = leaf(5, 4, seed=1, name="x"), leaf(4, 4, seed=2, name="w")
    h = op(x @ w)
    loss = mg.sum(mg.sigmoid(h) * mg.tanh(h * 0.5))
    report = check(loss)
    assert not report and not report.ok
    (cause,) = report.causes
    assert cause.name == "h" and f"{op.op.name}'s rule for {what}" in cause.what
    assert said in cause.pattern, cause.pattern
    assert "test_check.py" in cause.line
    states = {r.name: r.state for r in report.nodes}
    assert states["x"] == states["w"] == states["matmul"] == "tainted"
    assert states["h"] == "wrong"
    assert states["sigmoid"] == states["tanh"] == states["multiply"] == "ok"


def test_a_transposed_product_is_named():
    """The rule gives yᵀ's place to y."""
    op = planted(bad_matmul, lambda g, y: g @ y, lambda g, x: x.T @ g, torch="matmul", broadcasts=True)
    a, b = leaf(4, 4, seed=1), leaf(4, 4, seed=2)
    report = check(mg.sum(op(mg.tanh(a), b) ** 2))
    (cause,) = report.causes
    assert "rule for x" in cause.what and cause.element is not None
    assert cause.finite_difference == pytest.approx(cause.expected, rel=1e-6)
    assert {r.name for r in report.nodes if r.state == "tainted"} == {"a", "tanh"}


def test_two_mistakes_are_two_causes():
    """The one above does not hide the one below."""
    relu, tanh = WRONG["mask"][0], WRONG["sign"][0]
    x = leaf(5, 4, name="x")
    report = check(mg.sum(relu(tanh(x) * 2.0)))
    assert {c.name for c in report.causes} == {"bad_relu", "bad_tanh"}


def test_a_wrong_value_is_a_cause_and_what_follows_is_tainted():
    """A body that computes something else than its twin."""
    op = planted(lambda x: np.tanh(x) + 1e-6, lambda g, x: g * (1 - np.tanh(x) ** 2), torch="tanh", name="near_tanh")
    x = leaf(5, 4, name="x")
    report = check(mg.sum(op(x) ** 2))
    (cause,) = report.causes
    assert cause.name == "near_tanh" and "value" in cause.what
    assert {r.name for r in report.nodes if r.state == "tainted"} >= {"power"}


def test_a_rule_that_is_not_linear_is_found_under_its_own_cotangent():
    """It is right for a random cotangent of size one, and wrong for the small ones of this loss."""
    op = planted(bad_tanh, lambda g, out: np.where(np.abs(g) < 1e-4, 0.0, g) * (1 - out * out), torch="tanh")
    x = leaf(5, 4, name="x")
    report = check(mg.sum(op(x)) * 1e-6)
    assert not report
    (cause,) = report.causes
    assert "bad_tanh's rule for x" in cause.what and "its recorded incoming gradient" in cause.facts[0]
    assert {r.name for r in report.nodes if r.state == "tainted"} == {"x"}


def test_a_sweep_that_loses_a_contribution_would_be_found(monkeypatch):
    """Every rule agrees alone, so the sum of what arrives is compared too."""
    module = sys.modules["microgrid.reference.checking"]
    x = leaf(5, 4, name="x")
    loss = mg.sum(mg.tanh(x) * mg.exp(x))
    real = module.sweep

    def losing(root, g, targets):
        got = real(root, g, targets)
        return {n: r * 0.5 if n is x._node else r for n, r in got.items()}

    monkeypatch.setattr(module, "sweep", losing)
    report = check(loss)
    (cause,) = report.causes
    assert cause.name == "x" and "add up" in cause.what


def test_a_small_wrong_factor_is_found_in_float64():
    """One part in a million."""
    op = planted(bad_tanh, lambda g, out: g * (1 - out * out) * (1 + 1e-6), torch="tanh")
    assert not check(mg.sum(op(leaf(5, 4)) ** 2))


# --------------------------------------------------------------------------------------------------- no twin, no value


def test_a_primitive_without_a_twin_is_judged_by_finite_differences():
    """And counted apart."""
    op = planted(lambda x: x**3, lambda g, x: g * 3 * x * x, name="cube")
    report = check(mg.sum(op(leaf(5, 4, name="x")) * 2.0))
    assert report, str(report)
    assert "1 of 1 without a Torch twin" in str(report)
    row = next(r for r in report.nodes if r.operation == "cube")
    assert row.verdict == "= finite differences"


def test_a_twin_that_cannot_be_called_is_said():
    """Its name is there, its arguments are not Torch's."""
    op = planted(lambda x, *, k: x * k, lambda g, k: g * k, name="times", torch="tanh")
    report = check(mg.sum(op(leaf(5, 4, name="x"), k=2.0)))
    assert report, str(report)
    assert "torch could not run its twin" in str(report)


def test_freed_values_are_not_judged_and_said():
    """backward(retain_graph=False) took them."""
    x = leaf(5, 4, name="x")
    loss = mg.sum(mg.exp(mg.tanh(x * 2.0)))
    loss.backward(retain_graph=False)
    report = check(loss)
    assert "freed" in str(report)
    assert [r for r in report.nodes if r.state == "unjudged"]


def test_a_written_value_leaves_gradients_unjudged():
    """The values, as they were recorded, still agree."""
    x = leaf(5, 4, name="x")
    loss = mg.sum(x * x)
    x.data[0] = 7.0
    report = check(loss)
    assert "Gradients were not judged" in str(report) and "written" in str(report)
    assert all(r.state in ("ok", "unjudged") for r in report.nodes), str(report)


def test_a_released_comparison_is_taken_as_recorded():
    """Weak links: the compared Tensor is gone, its mask is a constant."""
    x = leaf(5, 4, name="x")
    mask = (x * 2.0 + 1.0) > 0
    report = check(mg.sum(mg.where(mask, x, 0.0)))
    assert report, str(report)


# ---------------------------------------------------------------------------------------------------- NaN and rounding


def test_the_first_nan_is_said_where_it_was_born():
    """Value and gradient; a NaN on both sides agrees."""
    x = mg.tensor([0.0, 1.0, 2.0], requires_grad=True, name="x")
    with np.errstate(all="ignore"):
        y = mg.log(x)
        loss = mg.sum(y * x)
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # what is in the report is no warning
        report = check(loss)
    assert report, str(report)
    text = str(report)
    assert "First infinity" in text and "log" in text and "test_check.py" in text and "1 of 3 are 0" in text
    assert "among the gradients" in text


def test_a_nan_on_one_side_alone_is_wrong():
    """The stable twin has none."""
    op = planted(
        lambda x: np.exp(x) / (1 + np.exp(x)), lambda g, out: g * out * (1 - out), torch="sigmoid", name="naive"
    )
    with np.errstate(all="ignore"):
        report = check(mg.sum(op(mg.tensor([1000.0, 1.0], requires_grad=True))))
    assert not report
    assert report.causes[0].name == "naive"


def test_rounding_that_the_computation_enlarges_is_no_mistake():
    """1e6 + x - 1e6 in float32, then divided by what is left of it."""
    x = leaf(40, 30, dtype=np.float32, name="x")
    h = mg.softmax(mg.exp(x) * 300.0)
    y = mg.log(h + 1e-6) @ mg.tanh(mg.exp(3.0 * x)).T
    loss = mg.sum(mg.sin(y * 1000.0))
    report = check(loss)
    assert report, str(report)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_where_everything_is_saturated_the_rounding_of_what_is_left_is_no_mistake(dtype):
    """1 − tanh² by cancellation beside Torch's own way."""
    x = mg.tensor(np.linspace(4, 20, 33).astype(dtype), requires_grad=True, name="x")
    report = check(mg.sum(mg.tanh(x) * mg.sigmoid(x) + mg.gelu(-0.5 * x, approximate="tanh")))
    assert report, str(report)


def test_a_checkpoint_is_judged_by_its_steps_where_rounding_grows_between_them():
    """Saturated inside; and a wrong rule inside is still found."""
    x = mg.tensor(np.linspace(8, 18, 12).reshape(3, 4), requires_grad=True, name="x")
    report = check(mg.sum(mg.checkpoint(lambda x: mg.tanh(x) * 2.0, x)))
    assert report, str(report)
    near = planted(bad_tanh, lambda g, out: g * (1 - out * out) * 1.0001, torch="tanh")
    assert not check(mg.sum(mg.checkpoint(lambda x: near(x * 0.1) * 2.0, x)))


@pytest.mark.parametrize("seed", range(3))
def test_no_size_of_numbers_raises_a_false_alarm(seed):
    """Leaves between a hundredth and a hundred, in both precisions."""
    rng = np.random.default_rng(seed)
    for dtype in (np.float32, np.float64):
        a, b = (mg.tensor((rng.standard_normal((6, 5)) * 10 ** rng.uniform(-2, 2)).astype(dtype), requires_grad=True)
                for _ in range(2))  # fmt: skip
        h = mg.layer_norm(a @ b.T) * mg.tanh(a @ b[0]) + mg.logsumexp(a, axis=1) - mg.softmax(b[:, :1] * a[:, 1:2])
        report = check(mg.mean(h * h) + a.var() + mg.cross_entropy(b, np.array([0, 1, 2, 3, 4, 0])))
        assert report, str(report)


def test_long_float32_sums_agree():
    """Rows added one after another round the same way every time."""
    x = mg.tensor(np.full((100_000, 3), 0.1, np.float32), requires_grad=True, name="x")
    report = check(mg.sum(x.sum(axis=0) * 2.0))
    assert report, str(report)


# ------------------------------------------------------------------------------------------------------- what is asked


def test_integers_and_booleans_compare_exactly():
    """Off by one is wrong."""
    op = mg.primitive(lambda x: np.argmax(x, axis=-1) * 0, gradient=False, torch="argmax", name="bad_argmax")
    with mg.record():
        report = check(op(mg.tensor([0.0, 3.0, 1.0])))
    assert not report and "bad_argmax" in report.causes[0].name


def test_a_result_that_is_no_scalar_gets_a_random_cotangent():
    """Ones would hide what normalising does."""
    assert check(mg.softmax(leaf(3, 4)))
    wrong = planted(lambda x: x / x.sum(), lambda g, x: g * 0.0, name="normalised")
    assert not check(wrong(leaf(3, low=1.0)))


def test_several_results_and_a_graph_and_a_function():
    """All that `mg.graph` takes."""
    x = leaf(3, 4, name="x")
    h = mg.tanh(x)
    assert check((mg.sum(h), h * 2.0))
    assert check(mg.graph(mg.sum(h)))
    assert check(lambda x: mg.exp(x) > 1, np.ones(3))
    with pytest.raises(TypeError, match="graph"):
        check("loss")


def test_the_report_is_data_too():
    """Rows, causes, JSON, annotations by Node."""
    x, w = leaf(5, 4, seed=1, name="x"), leaf(4, 4, seed=2, name="w")
    loss = mg.sum(WRONG["mask"][0](x @ w))
    report = check(loss)
    data = json.loads(report.to_json())
    assert data["ok"] is False and len(data["causes"]) == 1
    assert {"name", "operation", "shape", "dtype", "value", "gradient", "verdict", "line", "scope"} <= set(
        data["nodes"][0]
    )
    notes = report.annotations()
    graph = mg.graph(loss)
    assert set(notes) == set(graph)
    states = {graph.name(n): a.state for n, a in notes.items()}
    assert states == {"x": "tainted", "w": "tainted", "matmul": "tainted", "bad_relu": "wrong", "loss": "ok"}
    assert notes[x._node].text.startswith("≠ torch by ")
    assert notes[loss._node].text.startswith("= torch ")


def test_the_verdict_reads_like_the_sketch():
    """Counts, the worst error, the share of the tolerance; and a failure names one cause."""
    x, w = leaf(5, 4, seed=1, name="x"), leaf(4, 4, seed=2, name="w")
    good = str(check(mg.sum(mg.relu(x @ w))))
    assert "PASS  values 3 of 3, gradients 5 of 5. Worst" in good and "% of tolerance (" in good
    bad = str(check(mg.sum(WRONG["mask"][0](x @ w))))
    assert "FAIL  values 3 of 3, gradients 2 of 5. One cause:" in bad
    assert "bad_relu's rule for x is wrong" in bad and "finite difference" in bad
    assert "Wrong only because of it" in bad and "the incoming gradient there" in bad


def test_a_long_graph_is_cut_in_the_middle_and_says_so():
    """No recursion; the wrong rows stay."""
    x = leaf(3, name="x")
    y = x
    for k in range(3000):
        y = y * 1.0001 if k != 1500 else WRONG["sign"][0](y)
    report = check(mg.sum(y))
    text = str(report)
    assert text.count("\n") < 90
    assert "rows left out" in text and "bad_tanh" in text
    assert len(report.causes) == 1


def test_names_scopes_and_lines_are_in_the_table():
    """A scope's name stands before what was recorded in it."""
    x = leaf(3, name="x")
    with mg.scope("encoder"):
        h = mg.tanh(x)
    text = str(check(mg.sum(h)))
    assert "encoder.h" in text and "test_check.py" in text


def test_a_replay_names_what_it_cannot_run():
    """The twin's own error, not a bare failure."""
    op = planted(lambda x: x * 2, lambda g: g * 2, name="doubled", torch="no_such_function")
    report = check(mg.sum(op(leaf(3, name="x"))))
    assert "torch has no 'no_such_function'" in str(report)
    assert Replay(torch).failed == {}
