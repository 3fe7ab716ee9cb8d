"""Which network addresses may be connected to: public ones, and intranet ones that were allowed."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

_Address = IPv4Address | IPv6Address

_PUBLIC_IPV6 = ip_network("2000::/3")
_NAT64 = ip_network("64:ff9b::/96")
_INTRANET = tuple(
    map(
        ip_network,
        (
            "127.0.0.0/8",
            "10.0.0.0/8",
            "172.16.0.0/12",
            "192.168.0.0/16",
            "100.64.0.0/10",  # behind a carrier's NAT, and many private networks
            "::1/128",
            "fc00::/7",
        ),
    )
)
_NEVER = tuple(
    map(
        ip_network,
        (
            "168.63.129.16/32",  # the rest of these hand out the credentials of cloud machines
            "100.100.100.200/32",
            "169.254.0.0/16",
            "192.0.0.192/32",
            "fd00:ec2::254/128",
            "fd20:ce::254/128",
            "192.88.99.0/24",  # relays from IPv6 to any IPv4 address
            "2001::/32",  # Teredo: an IPv4 address in disguise
            "3fff::/20",  # for documentation; older Pythons take it for public
        ),
    )
)


def may_connect(address: str, *, internal: bool = False) -> bool:
    """Whether an address may be connected to.

    An IPv6 address that stands for an IPv4 address (mapped, 6to4, NAT64) is judged as that one.
    See the IANA registries of special-purpose addresses (RFC 6890).

    Args:
        address: An IP address as text.
        internal: Whether intranet addresses are allowed too; those of cloud machines' credentials,
            link-local, multicast and reserved ones never are.
    """
    try:
        real = _unwrapped(ip_address(address.partition("%")[0]))
    except ValueError:
        return False
    if any(real in network for network in _NEVER):
        return False
    return _is_public(real) or (internal and any(real in network for network in _INTRANET))


def _unwrapped(address: _Address) -> _Address:
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def _is_public(address: _Address) -> bool:
    usual = address.version == 4 or address in _PUBLIC_IPV6
    return usual and address.is_global and not address.is_multicast and not address.is_reserved
