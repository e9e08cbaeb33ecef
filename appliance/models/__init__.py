"""The models a turn may use, and what they stand on.

embedder.open_minilm (texts to vectors), embedder.Embedder (what stands in for it),
chain.Chain (models in order, the last one always answers), desk_model.DeskModel (basic mode).
"""
