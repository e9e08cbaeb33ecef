"""The HTTP entrance: `app.create(appliance)` builds it, `python -m appliance.api` serves it.

Rooms bring their own routes; this folder holds what all requests share: limits, problem details,
health, metrics, and the web chat.
"""
