"""Finding passages: by words (FTS5), by meaning (vectors), both together.

Public: `hybrid.find`, `near.Near` (the vectors of documents), `shelf.Shelf` (facts and what the
active config says of searching, kept in memory).
"""
