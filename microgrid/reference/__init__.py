"""The reference: every value and gradient beside Torch, hand-written layers beside autodiff, finite differences."""

from __future__ import annotations

from .checking import check
from .gradients import gradcheck
from .layers import check_layer
from .report import Annotation, Cause, Report, Row

__all__ = ["Annotation", "Cause", "Report", "Row", "check", "check_layer", "gradcheck"]
