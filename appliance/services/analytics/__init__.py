"""Analytics: `tables.daily_metrics` holds one row of figures per business day.

Counts, averages and rates of a day in the company's time zone, without any personal data; empty
figures are unknown, not zero. The room lays the table; the figures can always be calculated anew
from conversations, messages and tool invocations, which stay the record.
"""
