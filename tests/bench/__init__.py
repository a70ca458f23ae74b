"""Benchmarks: `python -m tests.bench intake|relay|notifier|page|all`, each figure beside its limit and its peer of the
same run.

A part is a module here with `run(report)`, see `tests.bench.report`.
"""
