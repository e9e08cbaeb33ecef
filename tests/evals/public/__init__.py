"""Public data sets, measured on the product's own code: routing, slots, hand-over, searching.

The sets lie beside the project in `../shared/data` (each with its SOURCE.md and licence) and are
test data only: nothing of them is shipped. Whatever was tuned was tuned on their training parts.
"""
