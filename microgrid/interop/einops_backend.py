"""einops on Tensors: rearrange, reduce, repeat, einsum, pack and unpack, with their history."""

from __future__ import annotations

from typing import Any

from .. import ops
from ..core.tensor import Tensor

_registered: list[Any] = []


def register_einops() -> None:
    """Enter microgrid in einops' list of backends; done by itself as soon as both are imported.

    Raises ImportError where einops is not installed."""
    if _registered:
        return
    from einops._backends import AbstractBackend

    class Backend(AbstractBackend):  # type: ignore[misc]
        """A subclass is an entry; shape, reshape, transpose and reduce are the Tensor's own methods."""

        framework_name = "microgrid"

        def is_appropriate_type(self, tensor: Any) -> bool:
            return isinstance(tensor, Tensor)

        def from_numpy(self, x: Any) -> Tensor:
            return ops.asarray(x)

        def to_numpy(self, x: Tensor) -> Any:
            return x.numpy()

        def arange(self, start: int, stop: int) -> Tensor:
            return ops.arange(start, stop)

        def stack_on_zeroth_dimension(self, tensors: list[Tensor]) -> Any:
            return ops.stack(tensors)

        def add_axis(self, x: Tensor, new_position: int) -> Any:
            return ops.expand_dims(x, axis=new_position)

        def add_axes(self, x: Tensor, n_axes: int, pos2len: dict[int, int]) -> Any:
            for position in sorted(pos2len):
                x = ops.expand_dims(x, axis=position)
            return ops.broadcast_to(x, shape=tuple(pos2len.get(k, s) for k, s in enumerate(x.shape)))

        def tile(self, x: Tensor, repeats: tuple[int, ...]) -> Any:
            return ops.tile(x, repeats)

        def concat(self, tensors: list[Tensor], axis: int) -> Any:
            return ops.concatenate(tensors, axis=axis)

        def is_float_type(self, x: Tensor) -> bool:
            return x.dtype.kind == "f"

        def einsum(self, pattern: str, *x: Tensor) -> Any:
            return ops.einsum(pattern, *x)

    _registered.append(Backend)
