"""What was made lately, kept so that it need not be made again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Made = TypeVar("Made")


@dataclass(slots=True)
class Lately(Generic[Key, Made]):
    """Keeps the `most` things used last, by what they were made from. For one thread at a time."""

    most: int
    _kept: OrderedDict[Key, Made] = field(default_factory=OrderedDict)

    def get(self, key: Key, make: Callable[[], Made]) -> Made:
        """Give what was made from `key`, making it where it is not kept any more."""
        found = self._kept.get(key)
        if found is None:
            found = self._kept[key] = make()
            if len(self._kept) > self.most:
                self._kept.popitem(last=False)
        else:
            self._kept.move_to_end(key)
        return found
