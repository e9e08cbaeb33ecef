"""The process that keeps calls possible: it runs redis, LiveKit's servers, the worker and a warden.

`keeper.Keeper` starts them in order while the live config wants calls, starts again what dies, and
writes what it sees for /ready. `warden` is the process that leaves no caller in silence. While
`voice.enabled` is false the process rests (`resting`).
"""
