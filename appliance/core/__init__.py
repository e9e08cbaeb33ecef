"""The ground: what every room stands on. Imports nothing of ours above it."""
