"""The record of telephone calls: one row a call, one a turn, and the figures counted from them.

`records` writes and reads the rows, `metrics.of_call` gives the figures of one call, `journal` the
commands that show them. `lost.settle` judges calls that were lost: whether their callers are
written to. Words stand in the conversation's messages, never here. `recordings` keeps
the sound of calls, sealed, and erases it: `recordings.erase` for a call, conversation or contact.
"""
