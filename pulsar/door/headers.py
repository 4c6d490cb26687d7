"""What does every response tell a browser that it may do with it? What a page needs beyond that it says itself."""

from collections.abc import Iterable

Header = tuple[bytes, bytes]

# Nothing of another site's, no script, no frame: what is right for data. Pages bring policies of their own.
_OF_DATA = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
_EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": _OF_DATA,
}
_ONLY_TLS = "max-age=31536000; includeSubDomains"


class Defaults:
    """The headers of a response that does not say otherwise, made once."""

    def __init__(self, base_url: str) -> None:
        said = dict(_EVERYWHERE)
        if base_url.startswith("https://"):
            said["Strict-Transport-Security"] = _ONLY_TLS
        self._everywhere = [(name.lower().encode(), value.encode()) for name, value in said.items()]
        self._data = [*self._everywhere, (b"cache-control", b"no-store")]

    def missing(self, given: Iterable[Header], *, data: bool) -> list[Header]:
        """`data`: an answer of the API, which is nobody's to keep unless it says so."""
        names = {name.lower() for name, _ in given}
        return [header for header in (self._data if data else self._everywhere) if header[0] not in names]
