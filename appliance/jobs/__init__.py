"""The background process: `python -m appliance.jobs`.

`schedule.recurring(...)` lists all recurring work, `worker.work(...)` runs it until told to stop.
"""
