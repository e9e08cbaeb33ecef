"""Frontdesk: an AI front desk for one company, in one container.

Importing this package puts one SQLite library (pysqlite3, 3.53) in place of the standard library's
before anything else can import it: libraries older than 3.51.3 can corrupt a WAL database that
several processes write, and two SQLite libraries in one process silently drop each other's locks.
"""

import os
import sys

import pysqlite3
import pysqlite3.dbapi2

sys.modules["sqlite3"] = pysqlite3
sys.modules["sqlite3.dbapi2"] = pysqlite3.dbapi2

# The vendors' libraries read addresses, keys, headers and switches from the environment by
# themselves; here all of that comes from the config and the secrets. Nothing leaves the box
# unasked: LangSmith, which would send every conversation out, comes along with LangChain.
_VENDORS = ("OPENAI_", "ANTHROPIC_", "GOOGLE_", "GEMINI_", "LANGSMITH_", "LANGCHAIN_")
for _name in [*os.environ]:  # noqa: TID251 - must stand before they are imported
    if _name.startswith(_VENDORS):
        del os.environ[_name]  # noqa: TID251
# One thread each: with the default a turn took 2 to 29 s under load, with one 40 to 70 ms.
for _name, _value in (
    ("OPENBLAS_NUM_THREADS", "1"),
    ("OMP_NUM_THREADS", "1"),
    ("TOKENIZERS_PARALLELISM", "false"),
    ("LANGSMITH_TRACING", "false"),
    ("LANGSMITH_TRACING_V2", "false"),
):
    os.environ[_name] = _value  # noqa: TID251 - must stand before NumPy and LangChain are imported

__version__ = "0.1.0"
