"""The config room: bot_config.yaml read, checked, versioned.

`load.load` and `load.parse` read a file and report every problem at once; `model.BotConfig` is the
typed result; `calendar_of.calendar_of` makes the house calendar of it; `versions` keeps what was
accepted; `schema.render` gives the JSON schema; `commands.build` the command line.
"""
