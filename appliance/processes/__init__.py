"""Which processes there are, and how they are kept running.

`listing.PROCESSES` names them, `up.up(settings)` runs them until it is told to stop.
"""
