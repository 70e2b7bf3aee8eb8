"""Errors say what was seen, what was expected, and the way out; ValueError for shapes and values, TypeError for
types, IndexError for indices, GraphError for misuse of the graph."""

from __future__ import annotations

import numpy as np
import pytest

import microgrid as mg


class Layer:
    def __init__(self):
        self.weight = mg.tensor(np.ones(5), requires_grad=True)


def names():
    x = mg.tensor(np.ones((1, 3)), requires_grad=True)
    return {
        "mg": mg, "np": np, "x": x, "W1": mg.tensor(np.ones((4, 2)), requires_grad=True), "y": x * 2.0,
        "layer": Layer(),
        "named": mg.tensor(np.ones(7), name="encoder.bias"), "mask": np.array([True, False, True]),
    }  # fmt: skip


def raised(source):
    scope = names()
    with pytest.raises((Exception,)) as caught:
        exec(source, scope)
    return caught.value


BROADCAST = "shapes broadcast when, counted from the right, sizes are equal or one of them is 1"


@pytest.mark.parametrize(
    ("source", "kind", "message"),
    [
        ("x + W1", ValueError, f"add: x (1, 3) + W1 (4, 2): sizes 2 and 3 differ at axis -1; {BROADCAST}"),
        (
            "x * layer.weight",
            ValueError,
            f"multiply: x (1, 3) × layer.weight (5,): sizes 3 and 5 differ at axis -1; {BROADCAST}",
        ),
        (
            "np.ones(7) - x",
            ValueError,
            f"subtract: array (7,) − x (1, 3): sizes 3 and 7 differ at axis -1; {BROADCAST}",
        ),
        (
            "x / named",
            ValueError,
            f"divide: x (1, 3) ÷ encoder.bias (7,): sizes 3 and 7 differ at axis -1; {BROADCAST}",
        ),
        ("x > W1", ValueError, f"greater: x (1, 3) > W1 (4, 2): sizes 2 and 3 differ at axis -1; {BROADCAST}"),
        (
            "np.maximum(x, W1)",
            ValueError,
            f"maximum: x (1, 3), W1 (4, 2): sizes 2 and 3 differ at axis -1; {BROADCAST}",
        ),
        ("mg.where(x > 0, x, W1)", ValueError, f"sizes 2 and 3 differ at axis -1; {BROADCAST}"),
        (
            "x @ W1",
            ValueError,
            "matmul: x (1, 3) @ W1 (4, 2): inner sizes 3 and 4 differ; x's last size must equal W1's second to last",
        ),
        (
            "x @ np.ones(5)",
            ValueError,
            "matmul: x (1, 3) @ array (5,): inner sizes 3 and 5 differ; x's last size must equal the second's size",
        ),
        ("mg.matmul(x, 2.0)", ValueError, "matmul: x (1, 3) @ 2.0: a scalar has no matrix product; use x * y"),
        ("mg.zeros((2, 3, 4)) @ mg.zeros((5, 4, 2))", ValueError, "leading axes (2,) and (5,) do not broadcast"),
        ("x.sum(axis=2)", np.exceptions.AxisError, "sum: x (1, 3), axis=2: axis 2 is out of bounds; expected -2 to 1"),
        ("x.mean(-3)", np.exceptions.AxisError, "mean: x (1, 3), axis=-3: axis -3 is out of bounds; expected -2 to 1"),
        ("x.max(axis=(0, 4))", np.exceptions.AxisError, "axis 4 is out of bounds; expected -2 to 1"),
        ("x.argmax(4)", np.exceptions.AxisError, "argmax: x (1, 3), axis=4: axis 4 is out of bounds; expected -2 to 1"),
        (
            "mg.softmax(x, axis=5)",
            np.exceptions.AxisError,
            "softmax: x (1, 3), axis=5: axis 5 is out of bounds; expected -2 to 1",
        ),
        ("x.swapaxes(0, 5)", np.exceptions.AxisError, "axis 5 is out of bounds; expected -2 to 1"),
        ("x.transpose(0, 2)", np.exceptions.AxisError, "axis 2 is out of bounds; expected -2 to 1"),
        ("mg.concatenate([x, x], axis=3)", np.exceptions.AxisError, "axis 3 is out of bounds; expected -2 to 1"),
        ("x[5]", IndexError, "getitem: x (1, 3), index=5: index 5 is out of bounds for axis 0 with size 1"),
        ("x[0, 5]", IndexError, "getitem: x (1, 3), index=(0, 5): index 5 is out of bounds for axis 1 with size 3"),
        ("x[0, 0, 0]", IndexError, "too many indices"),
        ("x[[7]]", IndexError, "index 7 is out of bounds for axis 0 with size 1"),
        ("x[mask]", IndexError, "boolean index did not match"),
        ("x['a']", IndexError, "only integers, slices"),
        ("x[1.5]", IndexError, "only integers, slices"),
        ("x[mg.tensor([0.5])]", IndexError, "an index of float32; indices are integers or booleans"),
        ("y[7] = 1.0", IndexError, "index 7 is out of bounds for axis 0 with size 1"),
        ("y[0] = np.ones(5)", ValueError, "a value of shape (5,) does not broadcast to (3,), the shape of x[i]"),
        ("y[0] = None", TypeError, "v is None; expected a Tensor, an array or a number"),
        ("y[0] = 'a'", TypeError, "v is 'a'; expected a Tensor, an array or a number"),
        (
            "x.reshape(2, 2)",
            ValueError,
            "shape=(2, 2): 3 elements cannot take the shape (2, 2); sizes must multiply to 3 (one may be -1)",
        ),
        (
            "mg.concatenate([x, W1])",
            ValueError,
            "x (1, 3) ⧺ W1 (4, 2): sizes 3 and 2 differ at axis 1; only axis 0, along which they join, may differ",
        ),
        (
            "mg.stack([x, W1])",
            ValueError,
            "stack: x (1, 3), W1 (4, 2): shapes (1, 3), (4, 2) differ; all must be equal",
        ),
        ("mg.broadcast_to(x, (2, 4))", ValueError, "(1, 3) does not broadcast to (2, 4)"),
        ("x + None", TypeError, "add: y is None; expected a Tensor, an array or a number"),
        ("'a' * x", TypeError, "multiply: x is 'a'; expected a Tensor, an array or a number"),
        ("x ** 1j", TypeError, "power: y is 1j; complex numbers are not supported yet"),
        ("mg.exp(None)", TypeError, "exp: None: None is no number; expected a Tensor, an array or a number"),
        ("mg.exp()", TypeError, "exp() missing 1 required positional argument: 'x'"),
        ("mg.exp(x, x)", TypeError, "exp() takes 1 positional argument but 2 were given"),
        ("mg.sum(x, axes=0)", TypeError, "sum has no argument 'axes'; it takes x, axis=None, dtype=None"),
        ("mg.sum(x, 0, axis=0)", TypeError, "sum: axis given twice, by position and by name"),
        ("mg.where(x > 0, x)", TypeError, "where takes condition, x, y; y is missing"),
        (
            "x[0] = 1.0",
            mg.GraphError,
            "x[i] = v: x (1, 3) is a leaf that requires grad; write to it under mg.no_grad() (an update), or to a copy",
        ),
        (
            "with mg.no_grad(): y += 1",
            mg.GraphError,
            "x += y: under no_grad this would cut the history of y (1, 3); detach() it first",
        ),
        (
            "y.requires_grad = False",
            mg.GraphError,
            "requires_grad = False: y (1, 3) was computed; detach() gives it without history",
        ),
        ("y[0].requires_grad_(False)", mg.GraphError, "was computed"),
        ("mg.tensor([1.0, 2.0])[0:1].requires_grad_()", mg.GraphError, "is a view of another Tensor; copy() it first"),
        ("mg.Tensor(x)", TypeError, "mg.tensor(x) copies it with its history, x.detach() without"),
        ("x.foo", AttributeError, "'Tensor' object has no attribute 'foo'"),
    ],
)
def test_a_message_says_what_was_seen_what_was_expected_and_the_way_out(source, kind, message):
    """Each as a user would read it."""
    error = raised(source)
    assert type(error) is kind or (kind is not AttributeError and isinstance(error, kind))
    assert message in str(error)


def test_graph_error_is_a_runtime_error():
    """... as Torch's is."""
    assert issubclass(mg.GraphError, RuntimeError)


@pytest.mark.parametrize(
    "source", ["x + W1", "x @ W1", "x.sum(axis=2)", "x[5]", "y[0] = np.ones(5)", "mg.stack([x, W1])"]
)
def test_a_failed_operation_leaves_everything_as_it_was(source):
    """The operands can be used as if nothing had been tried."""
    scope = names()
    with pytest.raises((ValueError, IndexError)):
        exec(source, scope)
    (scope["y"] * 1.0).sum().backward()
    assert np.array_equal(scope["x"].grad.numpy(), [[2, 2, 2]])


def test_arrays_alone_get_the_same_words():
    """mg.add on plain arrays explains as well."""
    with pytest.raises(ValueError, match=r"add: array \(3,\) \+ array \(2,\): sizes 2 and 3 differ"):
        mg.add(np.ones(3), np.ones(2))


def test_names_come_without_effort():
    """The given name, the attribute that holds it, the variable's name, else what made it."""
    p, q = mg.tensor([1.0, 2.0], name="given"), mg.tensor([1.0, 2.0])
    with pytest.raises(ValueError, match=r"given \(2,\) \+ q \(2, 1, 3\)"):
        q = mg.zeros((2, 1, 3))
        p + q
    with pytest.raises(ValueError, match=r"exp\(…\) \(2,\) \+ tensor \(3,\)"):
        mg.exp(mg.tensor([1.0, 2.0], requires_grad=True)) + mg.tensor([1.0, 2.0, 3.0])


def test_a_variable_is_found_where_microgrid_was_called():
    """In the calling function and the two around it, not inside NumPy's own frames."""

    def inner(z):
        return np.full(3, z)

    s = mg.tensor([1.0], requires_grad=True).sum()
    with pytest.raises(TypeError, match=r"^z \(\) into an array"):
        inner(s)


def test_the_given_name_stays_with_the_node_when_the_handle_is_gone():
    """`h` is named, forgotten, and still called by its name."""
    p = mg.tensor([1.0, 2.0], requires_grad=True)
    h = mg.exp(p)
    h.name = "hidden"
    y = h * h
    del h
    assert mg.graph(y).find("hidden").op.name == "exp"
    y.backward(np.ones(2), retain_graph=False)
    with pytest.raises(mg.GraphError, match=r"^hidden \(2,\)"):
        y.backward(np.ones(2))


def test_a_name_is_assignable_and_given_at_birth():
    """x.name = "x"; None takes it away."""
    x = mg.tensor([1.0], name="a")
    assert x.name == "a"
    x.name = "b"
    assert "name='b'" in repr(x)
    x.name = None
    assert x.name is None


def test_what_was_overwritten_is_called_by_its_variable():
    """... though the variable shows a new node since."""
    weight = mg.tensor([1.0, 2.0], requires_grad=True)
    y = (weight * weight).sum()
    weight.data -= 1.0
    with pytest.raises(mg.GraphError, match=r"^weight \(2,\): written through \.data"):
        y.backward()


def test_a_nan_loss_is_allowed():
    """NaN is a value: backward runs and gives NaN gradients."""
    p = mg.tensor([-1.0, 4.0], requires_grad=True)
    with np.errstate(invalid="ignore"):
        mg.log(p).sum().backward()
    assert np.array_equal(p.grad.numpy(), [-1.0, 0.25])
    p.grad = None
    with np.errstate(invalid="ignore"):
        mg.sqrt(p).sum().backward()
    assert np.isnan(p.grad.numpy()[0])


# ------------------------------------------------------------------------------------------ a user's own operation


def test_a_users_operation_is_declared_as_ops_does_it():
    """Body, rules, statics by position and by name; on arrays it gives arrays."""

    @mg.primitive
    def scaled(x, y, *, by=2.0):
        """x y · by"""
        return x * y * by

    scaled.gradients(lambda g, y, by: g * y * by, lambda g, x, by: g * x * by)
    p, q = (mg.tensor(np.array([1.0, 2.0]) + k, requires_grad=True) for k in (0, 5))
    scaled(p, q, 3.0).sum().backward()
    assert np.array_equal(p.grad.numpy(), 3 * q.numpy())
    assert np.array_equal(q.grad.numpy(), 3 * p.numpy())
    assert isinstance(scaled(np.ones(2), np.ones(2)), np.ndarray)


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        (
            "lambda g, z: g",
            "own: the rule for x asks for 'z'; a rule's parameters are g (the cotangent), out (the value), or one of",
        ),
        ("lambda x: x", "own: the rule for x does not take g, the cotangent; a gradient rule is linear in g"),
        ("lambda g: g, 3", "own: the rule for y is int, expected a function (or None: no gradient)"),
        (
            "lambda g: g,",
            "own: 1 rules for x, y; give one an input, in order, None for an input that carries no gradient",
        ),
        ("*[lambda g: g] * 3", "own: 3 rules for x, y"),
        ("", "own: no rules given; declare the operation gradient=False if none flows"),
        ("lambda g: g, lambda g: g, each=lambda g: g", "own: give one rule an input, or each=, not both"),
    ],
)
def test_a_wrong_declaration_is_told_at_declaration(rules, message):
    """Wrong arity, wrong parameter name, no g: TypeError before anything is computed."""

    @mg.primitive
    def own(x, y, *, k=1):
        return x * y * k

    if rules.startswith("lambda g, z") or rules == "lambda x: x":
        rules += ", None"
    with pytest.raises(TypeError) as caught:
        eval(f"own.gradients({rules})", {"own": own})
    assert message in str(caught.value)


def test_reserved_names_are_told_at_declaration():
    """`g`, `out`, `i` and `need` mean something in a rule."""
    with pytest.raises(TypeError, match="'out' cannot name an input"):
        mg.primitive(lambda x, out: x)
    with pytest.raises(TypeError, match="'g' cannot name"):
        mg.primitive(lambda g: g)


def test_gradient_false_takes_no_rules():
    """Declared without a gradient, rules are a contradiction."""

    @mg.primitive(gradient=False)
    def stepwise(x):
        return np.sign(x)

    with pytest.raises(TypeError, match="declared with gradient=False, so it takes no rules"):
        stepwise.gradients(lambda g: g)


def test_no_gradient_is_a_declaration_never_an_absence():
    """An operation without rules raises in backward, naming itself and the way out."""

    @mg.primitive
    def ruleless(x):
        return x * 2.0

    y = ruleless(mg.tensor([1.0], requires_grad=True)).sum()
    with pytest.raises(mg.GraphError, match=r"ruleless was declared without gradient rules; add ruleless\.gradients"):
        y.backward()


@pytest.mark.parametrize("create_graph", [False, True])
def test_a_rule_of_the_wrong_shape_is_named(create_graph):
    """ValueError: the rule, its shape, the expected shape."""

    @mg.primitive
    def halved(x, y):
        return x[:1] + y

    halved.gradients(lambda g: g, lambda g: g)
    x, y = mg.tensor(np.ones(2), requires_grad=True), mg.tensor(np.ones(1), requires_grad=True)
    with pytest.raises(
        ValueError, match=r"halved: the rule for x returned shape \(1,\); expected \(2,\), the shape of x"
    ):
        halved(x, y).sum().backward(create_graph=create_graph)


def test_a_broadcasting_operation_must_say_so():
    """Without elementwise= or broadcasts=, a cotangent of the broadcast shape is an error that names the way out."""

    @mg.primitive
    def silent(x, y):
        return x + y

    silent.gradients(lambda g: g, lambda g: g)
    x, y = mg.tensor(np.ones((2, 3)), requires_grad=True), mg.tensor(np.ones(3), requires_grad=True)
    with pytest.raises(ValueError, match=r"rule for y returned shape \(2, 3\).*declare broadcasts=True"):
        silent(x, y).sum().backward()


def test_a_rule_that_returns_no_numbers_is_named():
    """None, or a tuple, is no cotangent."""

    @mg.primitive
    def nothing(x):
        return x * 1.0

    nothing.gradients(lambda g: returned)
    for returned in (None, (1.0,), 0.0):
        for create_graph in (False, True):
            with pytest.raises(TypeError, match=rf"^nothing: a gradient rule returned {type(returned).__name__}"):
                nothing(mg.tensor([1.0], requires_grad=True)).sum().backward(create_graph=create_graph)


def test_an_attribute_error_inside_a_rule_is_not_hidden():
    """... nor taken for a rule that returned no array."""

    @mg.primitive
    def typo(x):
        return x * 1.0

    typo.gradients(lambda g: g.shap)
    with pytest.raises(AttributeError, match="shap"):
        typo(mg.tensor([1.0], requires_grad=True)).sum().backward()


def test_a_users_body_keeps_its_own_words():
    """Errors raised in a user's body reach them unchanged."""

    @mg.primitive
    def picky(x):
        raise ValueError("only on Sundays")

    picky.gradients(lambda g: g)
    with pytest.raises(ValueError, match=r"^only on Sundays$"):
        picky(mg.tensor([1.0]))
