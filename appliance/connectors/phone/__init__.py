"""The phone: LiveKit's servers, the key to them, and what they are told about calls.

`access.Access` makes tokens; `servers` tells how LiveKit's programs are started; `trunks` which
telephones may call; `rooms` and `announce` serve calls whose bot is not there. A call is a room of
its own, whether it comes from a telephone or from a browser.
"""
