"""Values in a customer's words, one file per kind.

schema.slots_of (a tool's JSON schema to slots), extract.read (words to values).
"""
