"""Hearing and speaking: one file a provider, imported only when a config names it.

A file has `Settings` (what the config may set beside provider, model, language and secret),
and `hear(made)`, `speak(made)`, or both: each gives a LiveKit STT or TTS. `shelf.open_speech` gives
both ends with their fallbacks.
"""
