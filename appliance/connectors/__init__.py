"""Vendors, one file each, in families; `messages` is what every channel reads and sends."""
