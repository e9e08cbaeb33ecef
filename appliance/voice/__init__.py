"""The phone: a process that takes calls, one child process a call.

`call.answer(call, session_io, house)` holds one call, whatever carries its sound; `worker` gets
calls from LiveKit, `raw` plays one from a file. The words go through the same inbox, desk and gate
as those of every channel.
"""
