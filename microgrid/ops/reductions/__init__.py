"""Many elements to one, or in order: sums, scans, sorts, statistics along axes."""
