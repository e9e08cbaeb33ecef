"""Migrations in order: NNNN_what_changes.py, forward only."""
