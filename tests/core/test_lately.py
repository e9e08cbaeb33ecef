"""What was made lately is not made again, and what was not is let go of."""

from __future__ import annotations

from functools import partial

from appliance.core.lately import Lately


def test_what_was_used_last_is_kept_and_the_rest_is_made_anew() -> None:
    made: list[str] = []
    lately: Lately[str, str] = Lately(2)

    def make(key: str) -> str:
        made.append(key)
        return key.upper()

    found = [lately.get(key, partial(make, key)) for key in ("a", "b", "a", "c", "a", "b")]

    assert found == ["A", "B", "A", "C", "A", "B"]
    assert made == ["a", "b", "c", "b"]
