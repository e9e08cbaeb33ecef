"""MCP servers: kept connected in a loop of their own, their tools pinned, their words tamed.

`servers.Servers` is the room: `use` says which servers a config names, `usable` gives the tools
that may be offered, `call` calls one from any loop. `probe.probe` asks one server once, for
commands. A server is data: nothing it says is trusted, and no fault of it reaches a turn but as a
sentence. The `mcp` SDK's ClientSession speaks the protocol; `langchain-mcp-adapters` is not used,
because it opens a session per call and has neither pins, bounds nor time-outs.
"""
