"""What the company knows: its typed facts and its documents, found by words and by meaning.

Everything lies in `knowledge.db`, a file of its own: nothing in it is personal, and all of it can
be made again from the config and the documents. Facts that hold today go before documents.

Public: `library.open_library`, `library.Library` (the `Passages` port), `facts.publish`,
`ingest.add`, `commands.build`.
"""
