"""The gate house: who may do what, and the secrets the appliance holds.

`secrets.find`, `secrets.exists`, `secrets.save`, `secrets.listed` and `secrets.remove` keep named
secrets; `commands.build` is their command line.
"""
