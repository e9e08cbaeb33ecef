"""The phone: LiveKit's servers and keys, and the bridge from SIP calls into LiveKit rooms.

`access.Access` makes tokens; `servers` tells how LiveKit's programs are started; `bridge.Bridge`
takes SIP calls. A call is a room of its own; the worker joins it as it joins a web call's.
"""
