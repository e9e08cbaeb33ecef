"""Follow-ups: `tables.scheduled_actions` holds what is to be done for a contact at a given time.

One row is one action (a follow-up e-mail, a call): due at `scheduled_for`, pending until it is
executed, failed or cancelled, with its outcome beside it. What to send and what came of it name the
contact and are sealed. `records` lays actions down and closes them; those of the type `call` are
made by telephone (`assembly.calls_owed`).
"""
