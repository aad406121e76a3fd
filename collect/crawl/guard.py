"""Where a crawl may go: which addresses of a source, and which machines behind them."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final
from urllib.parse import urlsplit

import regex

from collect.sites.load import host_of, hosts_of
from collect.sites.model import Site

_IPV4_INSIDE: Final = ((IPv6Network("64:ff9b::/96"), 0), (IPv6Network("2002::/16"), 80), (IPv6Network("::/96"), 0))
"""Networks whose addresses carry an IPv4 address (NAT64, 6to4, IPv4-compatible), and by how many bits it is shifted."""
_LONGEST: Final = 4096
"""Characters of an address."""
_LOCAL_NAT64: Final = IPv6Network("64:ff9b:1::/48")


def refusal(url: str, site: Site) -> str:
    """Why the source's crawl may not ask for that address, or nothing if it may.

    Hosts must be the source's own to the letter, ports included: ``http://host:8080/`` is allowed only where the source
    names ``host:8080``.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "bad_address"
    if len(url) > _LONGEST:
        return "bad_address"
    if parts.scheme not in {"http", "https"}:
        return "bad_scheme"
    if not host:
        return "bad_address"
    if parts.username is not None or parts.password is not None:
        return "credentials"
    if host_of(url) not in hosts_of(site):
        return "other_host"
    return "excluded" if site.exclude and regex.search(site.exclude, url) else ""


def is_public(address: str) -> bool:
    """Whether a resolved IP address is one of the public internet: not private, loopback, link-local, reserved, multicast.

    An IPv6 address that only wraps an IPv4 one is judged by what it wraps.
    """
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    inner = _wrapped(found) if isinstance(found, IPv6Address) else None
    if inner is not None:
        return is_public(str(inner))
    if isinstance(found, IPv6Address) and (found in _LOCAL_NAT64 or found.is_site_local):
        return False
    return found.is_global and not found.is_multicast and not found.is_reserved


def _wrapped(address: IPv6Address) -> IPv4Address | None:
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.teredo is not None:
        return address.teredo[1]
    for network, shift in _IPV4_INSIDE:
        if address in network:
            return IPv4Address((int(address) >> shift) & 0xFFFFFFFF)
    return None
