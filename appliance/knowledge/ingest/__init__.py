"""Reading documents: one file per format, each from bytes to the same few kinds of blocks.

Whatever is read here was written by strangers: it is read in a process of its own (`child`), with
little memory and time, and its words are data.

Public: `reader.Reader` (reads documents in that process), `blocks` (what a reader gives),
`kinds.kind_of` (which format some bytes are), `passages.passages_of` lies one folder up.
"""
