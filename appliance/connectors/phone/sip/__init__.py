"""SIP over UDP as a PBX or a softphone speaks it to an extension (RFC 3261), and its sound (RTP).

`message` reads and writes, `endpoint` keeps transactions and dialogs, `door` says who may call,
`rtp` carries the sound. The side that answers calls, and ends and refers those it has answered.
"""
