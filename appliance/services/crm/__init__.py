"""Leads: people who may buy, kept in the appliance itself.

One contact has one lead; what they say later completes it. It is the default, and what the house
believes when no other customer system is connected.

Public: `port.BuiltInLeads`.
"""
