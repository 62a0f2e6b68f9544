"""How much one sender may bring before it must come back later: a bucket that fills with time."""

import time
from dataclasses import dataclass, field

MOST_SENDERS = 20_000


@dataclass
class Limiter:
    """`burst` messages at once, then `per_minute`. Generous: it stops floods, not busy monitoring systems."""

    burst: float = 20_000
    per_minute: float = 2_000
    _buckets: dict[str, tuple[float, float]] = field(default_factory=dict)

    def allows(self, sender: str) -> bool:
        """Whether this sender (an address, any case) may bring one more message now."""
        now, key = time.monotonic(), sender.lower()
        left, at = self._buckets.pop(key, (self.burst, now))
        left = min(self.burst, left + (now - at) * self.per_minute / 60)
        if len(self._buckets) >= MOST_SENDERS:  # the one that was quiet for longest has a full bucket by now, or nearly
            del self._buckets[next(iter(self._buckets))]
        self._buckets[key] = (max(left - 1, 0.0), now)
        return left >= 1
