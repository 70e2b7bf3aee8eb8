"""Names that are there and not yet loaded: they wait in rooms that `import microgrid` does not open, so that it stays
quick. A test holds the list to what the rooms show."""

from __future__ import annotations

import importlib
import sys

ROOMS = {
    "layers": (
        "cdist cosine_similarity cross_entropy dist layer_norm mse nll one_hot pad pairwise_distance pdist"
    ),
    "numerics": (
        "angle bincount convolve correlate histogram interp median nanmedian nanpercentile nanquantile percentile "
        "poly polyadd polyder polydiv polyfit polyint polymul polysub polyval quantile unique unique_all "
        "unique_counts unique_inverse unique_values unwrap"
    ),
    "special": (
        "digamma entr expit gammainc gammaincc i0 i0e i1 i1e igamma igammac lgamma logit mvlgamma polygamma xlog1py"
    ),
}
NAMES: dict[str, str] = {name: room for room, names in ROOMS.items() for name in names.split()}
NAMES |= {"linalg": "linalg", "special": "special"}  # and these as namespaces of their own


def open_rooms() -> None:
    """Load what waits: all of it, since NumPy's functions lead there too."""
    ops = vars(sys.modules[__package__])
    for name, room in NAMES.items():
        if name not in ops:
            module = importlib.import_module(f".{room}", __package__)
            ops[name] = module if name == room else getattr(module, name)
