"""Small arrays want one BLAS thread: two beside another load turn a 1 ms step into 300 ms. Set before NumPy loads."""

import os

for threads in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(threads, "1")
