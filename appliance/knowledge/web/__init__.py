"""Reading a company's own website: politely, within its bounds, and again when it has changed.

Public: `crawl.Crawler`, `fetching.Fetch` (the guarded way out that it is given), `addresses`.
"""
