"""Which addresses a merchant may make us connect to: public ones, and networks that the operator allows.

Whoever sets a webhook's URL chooses where our request goes. Looked at is the address itself, after the name was
resolved and before the connection is made to that very address: a name that means something else a moment later
(DNS rebinding), a number spelt in another way, or an IPv4 address inside an IPv6 one change nothing.
"""

import ipaddress
import socket
from collections.abc import Callable, Iterable, Sequence
from typing import Any

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolve = Callable[..., Sequence[tuple[Any, ...]]]

# Below this only the web's own ports: others there speak protocols that a request could be taken for.
_FIRST_FREE_PORT = 1024
_WEB = frozenset({80, 443})
# Azure's host, public by its number, and what IANA keeps for protocols, where another cloud has its metadata. Everybody
# else's is link-local or in shared address space.
_NOT_PUBLIC_ALL_THE_SAME = tuple(ipaddress.IPv4Network(one) for one in ("168.63.129.16/32", "192.0.0.0/24"))
# RFC 6052: IPv4 behind a translator.
_TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")


class Forbidden(Exception):
    """No address that we may connect to. The message holds neither name nor address."""


class PublicAddresses:
    """Resolves names to addresses that may be connected to. Blocks as long as the system's resolver does."""

    def __init__(self, allowed: Iterable[str] = (), resolve: Resolve = socket.getaddrinfo) -> None:
        """``allowed`` are networks such as ``10.1.0.0/16`` that are taken as public; ValueError for anything else."""
        self._allowed: tuple[Network, ...] = tuple(ipaddress.ip_network(one) for one in allowed)
        self._resolve = resolve

    def of(self, host: str, port: int) -> list[tuple[int, tuple[Any, ...]]]:
        """Family and socket address of each that may be connected to, in the resolver's order; never empty.

        Raises Forbidden when there is none, OSError when the name cannot be resolved.
        """
        if not (port in _WEB or port >= _FIRST_FREE_PORT):
            raise Forbidden("the port is not for the web")
        found = self._resolve(host, port, type=socket.SOCK_STREAM)
        every = [(family, place) for family, _, _, _, place in found]
        usable = [(family, place) for family, place in every if self.may(ipaddress.ip_address(_bare(place[0])))]
        if not usable:
            raise Forbidden("the address is not public")
        return usable

    def may(self, address: IPAddress) -> bool:
        """Whether this address may be connected to."""
        inner = _inside(address)
        if any(inner in network for network in self._allowed if network.version == inner.version):
            return True
        return (
            inner.is_global
            and not (inner.is_multicast or inner.is_reserved or inner.is_loopback or inner.is_link_local)
            and not (isinstance(inner, ipaddress.IPv6Address) and inner.is_site_local)
            and not any(inner in network for network in _NOT_PUBLIC_ALL_THE_SAME)
        )


def _inside(address: IPAddress) -> IPAddress:
    """The IPv4 address that an IPv6 one leads to, or the address itself."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _TRANSLATED:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None) or address


def _bare(address: str) -> str:
    """Without the zone of a link-local address (``fe80::1%eth0``)."""
    return address.partition("%")[0]
