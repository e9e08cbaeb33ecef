"""Benchmarks: `python -m tests.bench [NAME ...] [--json]`. They never fail a build."""
