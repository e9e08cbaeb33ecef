"""SQLite, used right: engines, the group-commit writer, events, leases, migrations."""
