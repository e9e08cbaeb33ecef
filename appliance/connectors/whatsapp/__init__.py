"""The parts of the WhatsApp channel: reading webhooks, writing requests, judging refusals.

`channels/whatsapp.py` puts them together and is what a config names.
"""
