"""The hearth: a message becomes a reply.

inbox.Inbox keeps a message once; desk.Desk takes lanes and runs turns; engine.Engine lets model
and tools talk; gate judges what may leave; handoff, tickets and approvals
bring in people; turns records what happened.
"""
