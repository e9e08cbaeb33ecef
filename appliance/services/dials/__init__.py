"""Calls that the bot makes: who is to be called, why, when, and what became of it.

`port.put` owes somebody a call, once for each origin; `port.begin` and `port.end` stand around
every attempt, so that a process that dies between them dials nobody twice. `numbers` says whom we
never call, `hours` when we may, `wishes` who has asked for it or forbidden it. The dialling itself
is the switchboard's, the talking the voice's.
"""
