"""Tensors from data and of constants; what a namespace tells of its dtypes."""
