"""nn.functional.multi_head_attention_forward beside Torch's: values, weights, gradients of both orders, what is
refused."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

import microgrid as mg

torch: Any = pytest.importorskip("torch", reason="what it compares with is Torch")
F, rng = mg.nn.functional, np.random.default_rng(3)
L, S, N, E, H = 4, 5, 2, 6, 3


def arrays(**more: Any) -> dict[str, Any]:
    """The arguments, those that carry gradients as arrays."""
    given = {
        "query": rng.normal(size=(L, N, E)), "key": rng.normal(size=(S, N, E)), "value": rng.normal(size=(S, N, E)),
        "embed_dim_to_check": E, "num_heads": H, "in_proj_weight": rng.normal(size=(3 * E, E)),
        "in_proj_bias": rng.normal(size=3 * E), "bias_k": rng.normal(size=(1, 1, E)),
        "bias_v": rng.normal(size=(1, 1, E)), "add_zero_attn": False, "dropout_p": 0.5,
        "out_proj_weight": rng.normal(size=(E, E)), "out_proj_bias": rng.normal(size=E), "training": False,
    }  # fmt: skip
    return given | more


PAD = rng.random((N, S)) < 0.3
CASES: dict[str, dict[str, Any]] = {
    "plain": {},
    "no bias": {"bias_k": None, "bias_v": None, "in_proj_bias": None, "out_proj_bias": None},
    "a mask": {"attn_mask": rng.normal(size=(L, S))},
    "a mask a head": {"attn_mask": rng.normal(size=(N * H, L, S)), "average_attn_weights": False},
    "a mask of booleans": {"attn_mask": rng.random((L, S)) < 0.3},
    "padding": {"key_padding_mask": PAD},
    "both masks": {"key_padding_mask": PAD, "attn_mask": rng.random((L, S)) < 0.3, "add_zero_attn": True},
    "no weights": {"need_weights": False, "attn_mask": rng.normal(size=(L, S))},
    "causal": {"attn_mask": np.triu(np.ones((L, S), bool), 1), "is_causal": True},
    "three projections": {
        "use_separate_proj_weight": True, "in_proj_weight": None, "key": rng.normal(size=(S, N, 3)),
        "value": rng.normal(size=(S, N, 2)), "q_proj_weight": rng.normal(size=(E, E)),
        "k_proj_weight": rng.normal(size=(E, 3)), "v_proj_weight": rng.normal(size=(E, 2)),
    },
    "keys given": {
        "static_k": rng.normal(size=(N * H, 7, 2)), "static_v": rng.normal(size=(N * H, 7, 2)), "bias_k": None,
        "bias_v": None,
    },
    "one example": {
        "query": rng.normal(size=(L, E)), "key": rng.normal(size=(S, E)), "value": rng.normal(size=(S, E)),
        "key_padding_mask": PAD[0],
    },
}  # fmt: skip


def outcome(call: Any, tensor: Any, given: dict[str, Any], derive: Any) -> list[np.ndarray]:
    """Values, gradients under random cotangents, and gradients of these."""
    moved = {k: tensor(v) for k, v in given.items() if isinstance(v, np.ndarray) and v.dtype.kind == "f"}
    still = {k: torch.from_numpy(v) if call is not F.multi_head_attention_forward else v for k, v in given.items()
             if isinstance(v, np.ndarray) and v.dtype.kind != "f"}  # fmt: skip
    outs = [o for o in call(**{**given, **moved, **still}) if o is not None]
    draw = np.random.default_rng(0)
    total = sum((o * tensor(draw.normal(size=tuple(o.shape)))).sum() for o in outs)
    first = derive(total, list(moved.values()), True)
    again = derive(sum((g * g).sum() for g in first), list(moved.values()), False)
    return [np.asarray(x.detach().numpy()) for x in (*outs, *first, *again)]


def _theirs(total: Any, xs: list[Any], graph: bool) -> Any:
    return torch.autograd.grad(total, xs, create_graph=graph, allow_unused=True, materialize_grads=True)


def _ours(total: Any, xs: list[Any], graph: bool) -> Any:
    for x in xs:
        x.grad = None
    total.backward(create_graph=graph)
    return [mg.zeros(x.shape, dtype=x.dtype) if x.grad is None else x.grad for x in xs]


@pytest.mark.parametrize("name", CASES)
def test_it_is_torchs(name: str) -> None:
    """Outputs and weights, and the derivatives in everything that carries one."""
    given = arrays(**CASES[name])
    theirs = outcome(torch.nn.functional.multi_head_attention_forward, lambda a: torch.tensor(a, requires_grad=True),
                     given, _theirs)  # fmt: skip
    ours = outcome(F.multi_head_attention_forward, lambda a: mg.tensor(a, requires_grad=True), given, _ours)
    for k, (a, b) in enumerate(itertools.zip_longest(ours, theirs)):
        np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-10 * np.abs(b).max(initial=1), err_msg=f"{name}: {k}")


def test_every_sample_of_torchs_without_its_draws() -> None:
    """Torch's own samples, as they are in evaluation."""
    pytest.importorskip("expecttest", reason="Torch's table of samples imports it")
    from tests.ops import samples

    op = samples.operations()["nn.functional.multi_head_attention_forward"]
    count = 0
    for sample in op.sample_inputs("cpu", torch.float64):
        how = sample.kwargs | {"training": False}
        expected = op(sample.input, *sample.args, **how)
        given = samples.ours((sample.input, tuple(sample.args), how))
        got = F.multi_head_attention_forward(given[0], *given[1], **given[2])
        for a, b in zip(got, expected, strict=True):
            samples.same(a.numpy(), b, samples.described(sample), 1e-10, 1e-10)
        count += 1
    assert count == 192


def test_weights_that_were_dropped_are_zero() -> None:
    """And the others scaled by 1 / (1 − p): the mask is a recorded draw."""
    given = {k: mg.tensor(v) if isinstance(v, np.ndarray) else v for k, v in arrays(average_attn_weights=False).items()}
    attend: Any = F.multi_head_attention_forward
    whole = attend(**given)[1].numpy()
    part = attend(**given | {"training": True})[1].numpy()
    kept = part != 0
    assert 0 < kept.sum() < kept.size
    np.testing.assert_allclose(part[kept], 2 * whole[kept], rtol=1e-12)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"embed_dim_to_check": 5}, "expected 5 features"),
        ({"num_heads": 4}, "6 features and 4 heads"),
        ({"value": np.zeros((S, N + 1, E))}, "expected as many of both"),
        ({"value": np.zeros((S, E))}, "of all"),
        ({"attn_mask": np.zeros((S, L))}, r"attn_mask \(5, 4\), expected \(4, 5\)"),
        ({"key_padding_mask": np.zeros((S, N))}, r"key_padding_mask \(5, 2\), expected \(2, 5\)"),
        ({"is_causal": True}, "give the mask too"),
        ({"in_proj_weight": None}, "in_proj_weight is None"),
        ({"use_separate_proj_weight": True}, "give q_proj_weight"),
        ({"static_k": np.zeros((2, 7, 2))}, r"static_k \(2, 7, 2\), expected \(6, S, 2\)"),
    ],
    ids=lambda w: next(iter(w)) if isinstance(w, dict) else None,
)
def test_what_does_not_fit_is_said(wrong: dict[str, Any], says: str) -> None:
    """Which argument, what it is, what it should be."""
    given = arrays(bias_k=None, bias_v=None) | wrong
    with pytest.raises(ValueError, match=says):
        F.multi_head_attention_forward(**{k: mg.tensor(v) if isinstance(v, np.ndarray) else v
                                          for k, v in given.items()})  # fmt: skip
    with pytest.raises(TypeError, match="a mask of int64"):
        F.multi_head_attention_forward(**arrays(attn_mask=np.zeros((L, S), int)))
