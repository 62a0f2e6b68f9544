"""Measurements that anybody can repeat: `bench/run NAME` runs the module of that name (see docs/performance.md)."""
