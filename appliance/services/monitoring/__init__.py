"""Monitoring: `tables.incidents` holds what went wrong, since when, how badly and why.

One row is one incident from its start to its resolution, with what it did to the service level, its
cause and what was done. Free words of operators are sealed: they may name people. The room lays the
table; nothing in it opens an incident by itself.
"""
