"""What leaves: one row a request to a provider, in order for each contact and channel.

records.enqueue adds a message to send, in the transaction that wrote it; courier.Courier sends
what is due; reports.apply takes in what providers report later; commands shows what is stuck.
"""
