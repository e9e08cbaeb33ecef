"""What the appliance is held against: each runs in an environment of its own, so it imports nothing
of ours."""
