"""The first training step of exercise 3 (3 → 4 → 2, ReLU, dropout, cross-entropy) as hand-made cards."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from microgrid.diagram import Card, Diagram, Header, Scope, Verdict, summarize

Array = npt.NDArray[np.float64]
CODE = [
    "h = x @ W1",
    "a = relu(h)",
    "d = dropout(a, p=0.4)",
    "z = d @ W2",
    "loss = cross_entropy(z, t)",
]
OFF = {"x": "6.3e-15", "W1": "8.7e-15", "h": "8.5e-15", "a": "8.5e-15", "d": "8.6e-15", "W2": "2.4e-15", "z": "2.3e-15"}


def step() -> tuple[dict[str, Array], dict[str, Array]]:
    """Values and gradients by name, by hand."""
    v = {
        "x": np.array([[1.0, 2, 3]]),
        "t": np.array([[0.0, 1]]),
        "W1": np.arange(1, 13).reshape(3, 4) / 10,
        "W2": np.arange(2, 10).reshape(4, 2) / 10,
        "m": np.array([[1.0, 0, 1, 1]]) / 0.6,
    }
    v["h"] = v["x"] @ v["W1"]
    v["a"] = np.maximum(v["h"], 0)
    v["d"] = v["a"] * v["m"]
    v["z"] = v["d"] @ v["W2"]
    e = np.exp(v["z"] - v["z"].max())
    v["y"] = e / e.sum()
    v["l"] = np.log(v["y"])
    v["p"] = v["t"] * v["l"]
    v["loss"] = np.asarray(-v["p"].sum())
    g = {"loss": np.ones(()), "p": -np.ones((1, 2))}
    g["l"] = g["p"] * v["t"]
    g["y"] = g["l"] / v["y"]
    g["z"] = v["y"] - v["t"]
    g["W2"], g["d"] = v["d"].T @ g["z"], g["z"] @ v["W2"].T
    g["a"] = g["d"] * v["m"]
    g["h"] = g["a"] * (v["h"] > 0)
    g["W1"], g["x"] = v["x"].T @ g["h"], g["h"] @ v["W1"].T
    return v, g


def exercise() -> tuple[list[Card], list[Scope], Header]:
    """Thirteen cards, two layers, a header."""
    v, g = step()

    def card(key: str, kind: str, line: int = 0, **more: object) -> Card:
        judged = Verdict(
            "ok", "= torch  " + OFF.get(key, "exactly"), facts={"gradient vs torch": OFF.get(key, "exactly")}
        )
        return Card(
            key,
            kind,
            value=summarize(v[key]),
            gradient=summarize(g[key]) if key in g else None,
            verdict=judged if key in g else Verdict(),
            source=f"step.py:{line}" if line else "",
            code=CODE[line - 1] if line else "",
            **more,  # type: ignore[arg-type]
        )

    cards = [
        card("x", "input", name="x", role="input", gradient_formula="∂ = ∂h @ W1ᵀ"),
        card("W1", "parameter", name="W1", parameters=12, gradient_formula="∂ = xᵀ @ ∂h"),
        card(
            "h",
            "op",
            1,
            name="h",
            operation="matmul",
            symbol="@",
            role="x @ W1",
            inputs=["x", "W1"],
            formula="h = x @ W1",
            gradient_formula="∂ = ∂a ⊙ [h > 0]",
        ),
        card(
            "a",
            "op",
            2,
            operation="relu",
            inputs=["h"],
            scope="act",
            remark="0% zeroed",
            formula="a = max(h, 0)",
            gradient_formula="∂ = ∂d ⊙ m",
        ),
        card(
            "m",
            "random",
            3,
            name="mask",
            role="Bernoulli(0.6) / 0.6",
            remark="3 of 4 kept",
            scope="drop",
            notes=["random: replayed in torch"],
            formula="m ~ Bernoulli(0.6) / 0.6",
        ),
        card(
            "d",
            "op",
            3,
            operation="multiply",
            symbol="×",
            role="a × mask",
            inputs=["a", "m"],
            scope="drop",
            formula="d = a ⊙ m",
            gradient_formula="∂ = ∂z @ W2ᵀ",
        ),
        card("W2", "parameter", name="W2", parameters=8, gradient_formula="∂ = dᵀ @ ∂z"),
        card(
            "z",
            "op",
            4,
            name="z",
            operation="matmul",
            symbol="@",
            role="d @ W2",
            inputs=["d", "W2"],
            remark="logits",
            formula="z = d @ W2",
            gradient_formula="∂ = y − t",
        ),
        card(
            "y",
            "op",
            5,
            operation="softmax",
            role="over the last axis",
            inputs=["z"],
            scope="ce",
            remark="sums to 1",
            formula="y = eᶻ / Σ eᶻ",
        ),
        card("l", "op", 5, operation="log", inputs=["y"], scope="ce", formula="l = log y"),
        card("t", "input", name="t", role="one-hot target", remark="no grad"),
        card(
            "p",
            "op",
            5,
            operation="multiply",
            symbol="×",
            role="t × log y",
            inputs=["l", "t"],
            scope="ce",
            formula="p = t ⊙ l",
        ),
        card(
            "loss",
            "loss",
            5,
            name="loss",
            operation="−sum",
            role="mean of 1",
            inputs=["p"],
            scope="ce",
            gradient_text="1  (seed)",
            formula="loss = −Σ p",
        ),
    ]
    scopes = [
        Scope("act", "relu : ReLU"),
        Scope("drop", "drop : Dropout", "p 0.4 · step.py:3", formula="d = a ⊙ m"),
        Scope("ce", "loss : CrossEntropy", "step.py:5", "loss", formula="loss = −Σ t ⊙ log softmax(z)"),
    ]
    header = Header(
        "Exercise 3: 3 → 4 → 2 with dropout",
        "x = [1, 2, 3] · t = [0, 1] · float64 · 20 parameters · 9 ops",
        [
            (f"loss {float(v['loss']):.6f}", "plain"),
            ("values 8/8 = torch", "good"),
            ("gradients 11/11 = torch", "good"),
        ],
    )
    return cards, scopes, header


def diagram(**options: object) -> Diagram:
    """The exercise's diagram."""
    return Diagram(*exercise(), **options)  # type: ignore[arg-type]
