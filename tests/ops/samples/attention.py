"""Attention, embeddings and dropout."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import microgrid.nn.functional as F

DRAWN = "Torch's own draws: which elements are dropped is random"
CALLS: dict[str, Callable[..., Any]] = {  # the first of the two is the table there
    "nn.functional.embedding": lambda weight, x, **how: F.embedding(x, weight, **how),
    "nn.functional.embedding_bag": lambda weight, x, **how: F.embedding_bag(x, weight, **how),
    "nn.functional.feature_alpha_dropout.with_train": F.feature_alpha_dropout,
    "nn.functional.feature_alpha_dropout.without_train": F.feature_alpha_dropout,
}
LEFT_OUT: dict[str, str] = {
    "nn.functional.scaled_dot_product_attention: dropout_p=0.5": DRAWN,
    "nn.functional.scaled_dot_product_attention: (4, 4, 3, 8)f32, (4, 4, 6, 8)f32, (4, 4, 6, 8)f32, is_causal": (
        "Torch's fast kernel has no second derivative; the table's rows ask Torch's plain one"
    ),
    "nn.functional.dropout: p=0.5, training=True": DRAWN,
    "nn.functional.dropout: ()f32": DRAWN,
    "nn.functional.dropout2d: p=0.5, training=True": DRAWN,
    "nn.functional.dropout2d: (5, 5, 5, 5)f32": DRAWN,
    "nn.functional.dropout3d: p=0.5, training=True": DRAWN,
    "nn.functional.dropout3d: (5, 5, 5, 5, 5)f32": DRAWN,
    "nn.functional.multi_head_attention_forward": f"{DRAWN}; tests/nn/test_functional_multihead.py has the others",
    "nn.functional.alpha_dropout: p=0.5, training=True": DRAWN,
    "nn.functional.feature_alpha_dropout.with_train: p=0.5": DRAWN,
}
