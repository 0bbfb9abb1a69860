"""Connections to this machine and its neighbours, refused while something is fetched from the Hub.

What the Hub answers may lead elsewhere: a redirect, an address in the card of a data set. On a server that leads to
what only the server can reach (a cloud's metadata, a database without a password). So while a model or a data set is
fetched, this process connects to public addresses alone, and to what the host itself has named: ``HF_ENDPOINT`` and
the proxies of the environment. It is looked at where a connection is made, when the name is an address already, so that
it does not matter which library asks, how often it was redirected, or what a name stands for the second time.

The hook sees what Python connects. hf_xet, which is Rust, is left out of it; files come over HTTP instead.
"""

from __future__ import annotations

import ipaddress
import os
import socket
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

ENDPOINT = "https://huggingface.co"
_SPECIAL = ipaddress.ip_network("192.0.0.0/24")  # some clouds' metadata; Python before 3.13 takes it for global
_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # counts as global, whatever is behind it

Place = tuple[str, int]


class InwardError(RuntimeError):
    """A connection to an address that is nobody's but this network's. No OSError: those are tried again."""


class _Guard:
    """How many are fetching, and which places the host has named."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.depth = 0
        self.named: frozenset[Place] = frozenset()
        self.hooked = False

    def seen(self, event: str, arguments: tuple[Any, ...]) -> None:
        """The hook: Python calls it at every event, and what it raises ends what was about to happen."""
        if self.depth and event == "socket.connect":
            address = arguments[1]
            if isinstance(address, tuple) and not outside(str(address[0])) and tuple(address[:2]) not in self.named:
                raise InwardError(f"{address[0]} is an address of this network; nothing of the Hub is there")


_GUARD = _Guard()


@contextmanager
def outward_only() -> Iterator[None]:
    """Refuse connections of this process to addresses that are not public, unless the host has named them.

    Raises:
        InwardError: In whoever connects.
    """
    os.environ["HF_HUB_DISABLE_XET"] = "1"
    if constants := sys.modules.get("huggingface_hub.constants"):  # it has read the environment already
        constants.HF_HUB_DISABLE_XET = True  # type: ignore[attr-defined]
    with _GUARD.lock:
        if not _GUARD.hooked:
            sys.addaudithook(_GUARD.seen)  # there is no way to take it away again; at rest it looks at one number
            _GUARD.hooked = True
        if not _GUARD.depth:
            _GUARD.named = frozenset(named_by_host())
        _GUARD.depth += 1
    try:
        yield
    finally:
        with _GUARD.lock:
            _GUARD.depth -= 1


def outside(host: str) -> bool:
    """Whether an address is one of the public network's; what is no address is a name, and not yet connected to."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        # Addresses that stand for another one lead where that leads.
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1] or _translated(address)
        if inner:
            return outside(str(inner))
    return address.is_global and not address.is_multicast and address not in _SPECIAL


def _translated(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF) if address in _NAT64 else None


def named_by_host() -> Iterator[Place]:
    """Addresses and ports of the Hub, and of the proxies to it, as the environment names them."""
    for url in (os.environ.get("HF_ENDPOINT") or ENDPOINT, *urllib.request.getproxies().values()):
        parts = urlsplit(url if "//" in url else f"//{url}")
        try:
            port = parts.port or {"https": 443}.get(parts.scheme, 80)
            found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
        except (OSError, ValueError):
            continue  # no address, no connection
        yield from ((str(address[0]), port) for *_, address in found)
