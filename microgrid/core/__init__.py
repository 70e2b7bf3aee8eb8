"""The core: the idea, in NumPy only, to be read in an hour. Start with node, primitive and sweep."""

from . import tensor as tensor  # first: the other rooms need Tensor, and it leads to them
