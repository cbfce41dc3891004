"""One message to an address of somebody else's: looked at before it is connected to, and not believed.

The name is resolved once and the connection goes to the address that was looked at, so that a name that resolves to
another address a moment later (DNS rebinding) leads nowhere. Nothing private, loopback or link-local is connected to
(OWASP, Server-Side Request Forgery Prevention), no redirect is followed, no proxy is asked, the answer's body is not read.
"""

import base64
import hashlib
import hmac
import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from django_site.errors import InputError

#: Seconds for the whole exchange, from the connection to the answer's headers.
TIMEOUT = 10.0
#: Longest address that is kept.
MAX_URL = 500
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class Answer:
    """The status that came back, or why none did."""

    status: int | None
    error: str = ""

    @property
    def taken(self) -> bool:
        """Only a 2xx says that the message arrived (Standard Webhooks, "Delivery")."""
        return self.status is not None and 200 <= self.status < 300


def url_checked(url: str, *, allow_private: bool = False, allow_plain: bool = False) -> SplitResult:
    """The parts of an address that may be told. Raises ``InputError`` with the reason."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise InputError(f"{url[:80]}: not an address ({error})") from None
    if len(url) > MAX_URL or any(ord(letter) <= 32 or ord(letter) == 127 for letter in url):
        raise InputError(f"an address has no spaces and at most {MAX_URL} characters")
    if parts.scheme != "https" and not (parts.scheme == "http" and (allow_plain or allow_private)):
        raise InputError("give an address that begins with https://: what is sent must not be read on the way")
    if not parts.hostname or parts.username is not None or parts.password is not None or parts.fragment:
        raise InputError("give an address with a host and without a name, password or fragment")
    if port == 0:
        raise InputError("port 0 is no port")
    with suppress(ValueError):
        address = ipaddress.ip_address(parts.hostname)
        if not allow_private and not is_public(str(address)):
            raise InputError(f"{parts.hostname} is not a public address")
    return parts


def is_public(address: str) -> bool:
    """Whether an address is reached over the public internet: neither private, loopback, link-local, multicast nor
    reserved, nor one of those wrapped in IPv6 (RFC 4291 2.5.5.2, RFC 6052, RFC 3056, RFC 4380)."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        wrapped = [ip.ipv4_mapped, ip.sixtofour, ip.teredo[1] if ip.teredo else None]
        if ip in _NAT64:
            wrapped.append(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF))
        if any(one is not None and not is_public(str(one)) for one in wrapped):
            return False
        if ip.ipv4_mapped is not None:
            return True
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


def signature(secrets: Sequence[bytes], *, message_id: str, timestamp: int, body: bytes) -> str:
    """``webhook-signature`` (Standard Webhooks 1.0): HMAC-SHA256 over id, timestamp and body, base64, one a secret."""
    said = f"{message_id}.{timestamp}.".encode() + body
    digests = [base64.b64encode(hmac.digest(secret, said, hashlib.sha256)).decode() for secret in secrets]
    return " ".join(f"v1,{digest}" for digest in digests)


class _To(http.client.HTTPConnection):
    """A connection to an address that was looked at; the name is only said (Host, SNI, certificate)."""

    def __init__(self, host: str, port: int, address: str, context: ssl.SSLContext | None) -> None:
        super().__init__(host, port, timeout=TIMEOUT)
        self.address, self.context = address, context
        self.late = False  # whether it was cut
        if context is not None:
            self.default_port = http.client.HTTPS_PORT

    def connect(self) -> None:
        self.sock = socket.create_connection((self.address, self.port), timeout=self.timeout)
        if self.context is not None:
            self.sock = self.context.wrap_socket(self.sock, server_hostname=self.host, do_handshake_on_connect=False)
            self.sock.do_handshake()  # once it can be cut

    def cut(self) -> None:
        """End it from another thread: its time is over."""
        self.late = True  # before the other thread wakes and asks why
        if self.sock is not None:
            with suppress(OSError):
                self.sock.shutdown(socket.SHUT_RDWR)


def resolved(host: str, port: int, *, allow_private: bool = False) -> str:
    """The address to connect to. Raises ``InputError`` if the name has none, or any that is not public: a name that
    resolves to both is not one that we guess about."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise InputError(f"{host} has no address ({error})") from None
    addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
    refused = [] if allow_private else [address for address in addresses if not is_public(address)]
    if refused or not addresses:
        raise InputError(f"{host} resolves to {', '.join(refused) or 'nothing'}: not a public address")
    return addresses[0]


def message_send(
    url: str,
    *,
    secrets: Sequence[bytes],
    message_id: str,
    timestamp: int,
    body: bytes,
    allow_private: bool = False,
    allow_plain: bool = False,
) -> Answer:
    """Send one message. Never raises for what the other side does or is: the answer says it."""
    try:
        parts = url_checked(url, allow_private=allow_private, allow_plain=allow_plain)
        tls = parts.scheme == "https"
        port = parts.port or (http.client.HTTPS_PORT if tls else http.client.HTTP_PORT)
        host = parts.hostname or ""
        address = resolved(host, port, allow_private=allow_private)
    except InputError as error:
        return Answer(None, str(error))
    connection = _To(host, port, address, ssl.create_default_context() if tls else None)
    late = threading.Timer(TIMEOUT, connection.cut)  # a socket's timeout begins anew with every byte
    late.daemon = True
    late.start()
    try:
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Reelproof-Webhooks/1",
            "webhook-id": message_id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signature(secrets, message_id=message_id, timestamp=timestamp, body=body),
        }
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", path, body=body, headers=headers)
        return Answer(connection.getresponse().status)
    except ssl.SSLCertVerificationError as error:
        return Answer(None, f"the certificate of {host} was not accepted: {error.verify_message}")
    except (OSError, http.client.HTTPException, ValueError) as error:
        if connection.late or isinstance(error, TimeoutError):
            return Answer(None, f"no answer within {TIMEOUT:g} s")
        return Answer(None, f"no answer: {type(error).__name__}")
    finally:
        late.cancel()
        connection.close()
