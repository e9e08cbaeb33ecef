"""Basic mode: a deterministic dialogue model. Works with no key and no internet.

pack.DeskPack.build (one config version), model.DeskModel (the chat model),
turn (what the system message must carry), frame (what is remembered between messages).
"""
