"""How often somebody may do something: what a host writes as ``30/minute``, and the count of who did.

The count is kept in this process's memory: each server has its own, and a restart forgets it.
"""

from __future__ import annotations

import ipaddress
import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass

#: Seconds of what stands behind the stroke.
SPANS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}
OFF = "off"
FORM = rf"^(?:{OFF}|[1-9][0-9]{{0,8}}/(?:{'|'.join(SPANS)}))$"
#: Of those who are counted; past it, those who have been quiet for long enough are forgotten.
MOST_KNOWN = 50_000


@dataclass(frozen=True)
class Rate:
    """So many times in a span of time.

    Attributes:
        times: How many.
        seconds: The span.
    """

    times: int
    seconds: float

    @classmethod
    def read(cls, written: str) -> Rate | None:
        """What a setting says, which has the form :data:`FORM`; None: as often as one likes."""
        if written == OFF:
            return None
        times, _, span = written.partition("/")
        return cls(int(times), SPANS[span])

    def by(self, factor: int) -> Rate:
        """For so many together."""
        return Rate(self.times * factor, self.seconds)


class Counts:
    """Who did what how often. A rate's times may be used up at once, and come back evenly over its span.

    The generic cell rate algorithm: of each that is counted only the moment is kept at which all of their times will
    have come back, so that nobody's counting costs more than a number.

    Args:
        clock: Seconds that only grow.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._whole: dict[Hashable, float] = {}
        self._lock = threading.Lock()
        self._most = MOST_KNOWN

    def spend(self, who: Hashable, rate: Rate) -> float:
        """Count one more, unless it is too many; the seconds until it will not be, 0 if it is not."""
        each = rate.seconds / rate.times
        with self._lock:
            now = self._clock()
            whole = max(self._whole.get(who, now), now)
            late = whole + each - (now + rate.seconds)
            if late > each * 1e-6:  # a sum of many floats is not to cost the last of the times
                return late
            self._whole[who] = whole + each
            if len(self._whole) > self._most:
                self._forget(now)
        return 0.0

    def _forget(self, now: float) -> None:
        """Leave out all who have all of their times again; if they were few, look less often."""
        self._whole = {who: whole for who, whole in self._whole.items() if whole > now}
        self._most = max(MOST_KNOWN, 2 * len(self._whole))


def place_of(host: str) -> str:
    """What is counted as one address: of IPv6 the first half, which is what one connection is given."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host  # a socket's name, or a test's
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)
