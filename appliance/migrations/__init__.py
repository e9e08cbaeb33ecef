"""The schema of core.db, one step a file, forward only. `core.store.schema` runs them."""
