"""Products of vectors and matrices, sums of products."""
