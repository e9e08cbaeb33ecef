"""Channels: one file each. `type: web_chat` in the YAML is the file name."""
