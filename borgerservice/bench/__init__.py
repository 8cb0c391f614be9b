"""`manage.py bench`: how fast the product is beside what the machine could do, and whether it errs.

The command starts a private database, fills it, and lets a second process (`python -m
borgerservice.bench`) run the workloads of `docs/performance.md` on it, ceiling and product in turn.
"""
