"""Which hosts may be asked, and which addresses may be connected to."""

from __future__ import annotations

import pytest

from catalog.errors import SettingError
from ingest.web.addresses import may_connect
from ingest.web.hosts import Hosts


@pytest.mark.parametrize(
    "address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "64:ff9b::5db8:d70e"]
)
def test_a_public_address_may_be_connected_to(address: str) -> None:
    """Also one that NAT64 put an IPv4 address into."""
    assert may_connect(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.31.255.255",
        "192.168.1.1",
        "100.64.0.1",
        "fd12:3456::1",
        "::1",
        "::ffff:10.1.2.3",
        "64:ff9b::a01:203",
        "2002:a01:203::1",
    ],
)
def test_an_intranet_address_needs_permission(address: str) -> None:
    """An IPv6 address that stands for an internal IPv4 address is internal."""
    assert (may_connect(address), may_connect(address, internal=True)) == (False, True)


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "2002:a9fe:a9fe::",
        "fd00:ec2::254",
        "100.100.100.200",
        "168.63.129.16",
        "0.0.0.0",  # noqa: S104 - an address to be refused
        "::",
        "224.0.0.1",
        "ff02::1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "192.0.2.1",
        "198.18.0.1",
        "fe80::1%eth0",
        "fec0::1",
        "::7f00:1",
        "2001:0:a01:203::1",
        "2001:db8::1",
        "64:ff9b:1::a01:203",
        "5f00::1",
        "localhost",
        "",
    ],
)
def test_some_addresses_are_never_connected_to(address: str) -> None:
    """Credentials of cloud machines, link-local, multicast, reserved: no permission changes that."""
    assert (may_connect(address), may_connect(address, internal=True)) == (False, False)


@pytest.mark.parametrize(
    ("entry", "host", "port", "admitted"),
    [
        ("forum.example.org", "forum.example.org", 443, True),
        ("forum.example.org", "Forum.Example.ORG.", 80, True),
        ("forum.example.org", "forum.example.org", 8080, False),
        ("forum.example.org", "evil-forum.example.org", 443, False),
        ("forum.example.org", "forum.example.org.evil.example", 443, False),
        ("*.example.org", "a.b.example.org", 443, True),
        ("*.example.org", "example.org", 443, False),
        ("*.example.org", "badexample.org", 443, False),
        ("forum.example.org:8080", "forum.example.org", 8080, True),
        ("forum.example.org:8080", "forum.example.org", 443, False),
        ("bücher.example", "xn--bcher-kva.example", 443, True),
        ("[::1]:8080", "::1", 8080, True),
        ("2001:db8::1", "2001:db8::1", 80, True),
    ],
)
def test_an_entry_admits_exactly_the_hosts_it_names(entry: str, host: str, port: int, admitted: bool) -> None:
    """Without a port it means the web's own ports."""
    assert Hosts([entry]).admits(host, port) is admitted


@pytest.mark.parametrize(
    "entry", ["", "*", "*.", "a.*.org", "https://a.example", "a.example/x", "u@a.example"]
)
def test_what_is_no_host_is_refused(entry: str) -> None:
    """The message shows how to write it."""
    with pytest.raises(SettingError, match="is no host; write it as"):
        Hosts([entry])
