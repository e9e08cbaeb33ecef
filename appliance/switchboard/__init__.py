"""The process that keeps calls possible: it runs LiveKit's servers, the worker and the line.

`keeper.Keeper` starts them in order while the live config wants calls, starts again what dies, and
writes what it sees for /ready. `line` is the process that takes SIP calls. Nothing runs while
`voice.enabled` is false.
"""
