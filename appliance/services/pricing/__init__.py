"""Prices: finds what a customer means on the price list, and calculates what it costs.

The price list is the one of `bot_config.yaml` as it holds on the day. Amounts are exact decimals,
rounded half up to cents, and no language model has a part in them.

Public: `catalogue.PriceList`, `quote.quote`.
"""
