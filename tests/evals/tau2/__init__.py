"""tau2's retail and airline domains as tools and knowledge of ours, and what basic mode does there.

The data set stands beside the project or not at all; nothing of it is part of the product.
"""
