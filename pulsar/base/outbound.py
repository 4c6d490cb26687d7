"""May Pulsar connect to this address? Whoever sets up a channel is trusted with their organization, not with the
network that Pulsar stands in (CVE-2024-5526). So what a name resolves to is checked, and the address that was checked
is the one that is connected to: a second answer of the DNS changes nothing.
"""

import asyncio
import contextlib
import socket
from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# Besides what `is_global` knows: addresses that carry another one in them, those that go to many, and a site's own.
_TRANSLATED = ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96", "192.88.99.0/24")
_OF_MANY = ("224.0.0.0/4", "ff00::/8", "fec0::/10")
_NEVER_OUTSIDE: tuple[Network, ...] = tuple(map(ip_network, (*_TRANSLATED, *_OF_MANY)))

_allowed: tuple[Network, ...] = ()


class ForbiddenAddress(OSError):
    """It leads into the network that Pulsar stands in, and the operator has not allowed that."""

    def __init__(self, host: str, address: Address) -> None:
        at = "" if host == str(address) else f" is {address}, which"
        super().__init__(
            f"{host}{at} is not an address of the public internet. Whoever runs this Pulsar can allow it"
            " with PULSAR_OUTBOUND_ALLOW."
        )


def allow(networks: Sequence[Network]) -> None:
    """Of the inside, for this process: once at its start, as the settings have it."""
    global _allowed
    _allowed = tuple(networks)


@contextlib.contextmanager
def allowing(*networks: Network) -> Iterator[None]:
    """Only these for a while; for tests."""
    before = _allowed
    allow(networks)
    try:
        yield
    finally:
        allow(before)


def _unwrapped(address: Address) -> Address:
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def may_reach(address: Address) -> bool:
    address = _unwrapped(address)
    if any(address in network for network in _allowed):
        return True
    return address.is_global and not any(address in network for network in _NEVER_OUTSIDE)


def check(host: str, literal: str) -> None:
    """Raises ForbiddenAddress. `literal`: what `host` was found to be."""
    # A scope (fe80::1%eth0) says which cable, not where to.
    address = ip_address(literal.partition("%")[0])
    if not may_reach(address):
        raise ForbiddenAddress(host, _unwrapped(address))


async def addresses(host: str, port: int, *, trusted: bool = False) -> list[str]:
    """What to connect to, the first choice first. Raises ForbiddenAddress if one of them leads inside, because that is
    no accident, but for `trusted`, which the operator has named; else OSError when there is none."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    literals = list(dict.fromkeys(str(place[4][0]) for place in found))
    for literal in () if trusted else literals:
        check(host, literal)
    return literals


async def connected(host: str, port: int, *, trusted: bool = False) -> socket.socket:
    """A socket to the first address that answers. Raises OSError."""
    loop = asyncio.get_running_loop()
    failure: OSError | None = None
    for literal in await addresses(host, port, trusted=trusted):
        made = socket.socket(socket.AF_INET6 if ":" in literal else socket.AF_INET, socket.SOCK_STREAM)
        made.setblocking(False)
        try:
            await loop.sock_connect(made, (literal, port))
        except OSError as error:
            made.close()
            failure = error
        except BaseException:
            made.close()
            raise
        else:
            return made
    raise failure or OSError(f"{host} has no address")
