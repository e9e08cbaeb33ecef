"""The only way out of the appliance: HTTP with explicit time-outs and no redirects."""

from __future__ import annotations

import httpx

CONNECT_S, TOTAL_S = 5.0, 15.0


class Http:
    """Calls to providers whose base addresses a person has configured.

    One client a process and event loop; `close` it in the loop that used it.
    """

    def __init__(self) -> None:
        self.client = httpx.AsyncClient(
            timeout=httpx.Timeout(TOTAL_S, connect=CONNECT_S),
            follow_redirects=False,
            trust_env=False,
            limits=httpx.Limits(max_connections=64, max_keepalive_connections=16),
        )

    async def close(self) -> None:
        """Close the connections."""
        await self.client.aclose()
