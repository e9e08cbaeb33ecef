"""One file a provider: a profile of the config and a key give a LangChain chat model.

A file is imported only when a config names its provider. Each has `ADDRESS`, the provider's own,
and `open(profile, key)`. Whatever the libraries would do by themselves is off: their retries and
Responses API (the chain decides), their reading of addresses and keys from the environment.
"""
