"""One module per workload; each has a `run(bench)` that yields rows of the report."""
