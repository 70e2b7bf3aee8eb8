"""Elementwise operations: each element of the value from one of each (broadcast) input; and the activations."""
