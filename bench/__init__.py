"""Benchmarks: `make bench` runs them and prints one table; docs/benchmarks.md keeps the last one."""
