"""What the company knows: its typed facts and its documents, found by words and by meaning.

Everything lies in `knowledge.db`, a file of its own: it can all be made again from the config and
the documents. Facts that hold today go before documents.

How a document becomes passages: `adding` lets it wait (its row is the job), `intake` takes it:
`sources` (or `web/`) gets its bytes, `ingest/` reads them in a process apart, `texts` and
`passages` cut and label them, `vectors` are made in steps that survive a kill, and `records` puts
them in place at once. `search/` finds them, `removing` forgets them without a trace, `reindex`
brings in another embedder while the old one serves.

Public: `library.open_library`, `library.Library` (its `public()` is the `Passages` port),
`facts.publish`, `room.Room`, `tasks.take_up`, `commands.build`.
"""
