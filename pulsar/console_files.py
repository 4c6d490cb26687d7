"""How does the console reach a browser? Its static build, out of the wheel: compressed, and cached for good."""

import html
import mimetypes
import re
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response

from pulsar.base.errors import NotFound, Problem, document

_ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
# What the build wrote into the page, with the digest of the one script that stands in it.
_POLICY = re.compile(r'http-equiv="content-security-policy" content="([^"]*)"')
_NOT_BUILT = (
    "<!doctype html><title>Pulsar</title><p>The API is running, but the console is not built. "
    "<code>make install</code> builds it.</p>"
)


class NoSuchFile(NotFound):
    """There is no such file."""


class OnlyToBeRead(Problem, status=405):
    """The console's pages and files are only to be read."""

    def __init__(self) -> None:
        super().__init__()
        self.headers["Allow"] = "GET, HEAD"


@cache
def folder() -> Path:
    return Path(str(resources.files("pulsar"))) / "console"


def _accepted(header: str) -> set[str]:
    """The encodings that Accept-Encoding names; a quality of zero means: anything but this."""
    parts = (part.partition(";") for part in header.lower().split(","))
    return {name.strip() for name, _, quality in parts if not re.fullmatch(r"\s*q=0(\.0*)?\s*", quality)}


class Console:
    """An ASGI callable for everything that is not the API. A path without an extension is a page of the
    single-page console; with one it is a file, and an unknown file is a 404 and never the page."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        page = folder / "index.html"
        found = _POLICY.search(page.read_text()) if page.is_file() else None
        # As a header it is in force before the first byte is read, and says what a page cannot: who may frame it.
        policy = f"{html.unescape(found[1])}; " if found else "default-src 'self'; "
        self._security = {"Content-Security-Policy": policy + "frame-ancestors 'none'"}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self._response(scope)(scope, receive, send)

    def _response(self, scope: Any) -> Response:
        if scope["method"] not in {"GET", "HEAD"}:
            return self._refuse(OnlyToBeRead(), scope)
        path = scope["path"].lstrip("/")
        file = self._file(path)
        if file:
            return self._send(file, path, scope)
        if path.startswith("_app/") or "." in path.rpartition("/")[2]:
            return self._refuse(NoSuchFile(), scope)
        page = self._folder / "index.html"
        return self._send(page, "index.html", scope) if page.is_file() else HTMLResponse(_NOT_BUILT, 503)

    def _file(self, path: str) -> Path | None:
        if not path or "\0" in path:
            return None
        try:
            file = (self._folder / path).resolve()
            return file if file.is_relative_to(self._folder.resolve()) and file.is_file() else None
        except OSError:  # a name longer than any file's
            return None

    def _send(self, file: Path, path: str, scope: Any) -> Response:
        accepted = _accepted(next((v.decode("latin-1") for k, v in scope["headers"] if k == b"accept-encoding"), ""))
        # Files under immutable/ have a digest in their names; everything else is asked for again.
        immutable = path.startswith("_app/immutable/")
        headers = {
            **self._security,
            "Cache-Control": "public, max-age=31536000, immutable" if immutable else "no-cache",
            "Vary": "Accept-Encoding",
        }
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        for encoding, suffix in _ENCODINGS:
            packed = file.with_name(file.name + suffix)
            if encoding in accepted and packed.is_file():
                return FileResponse(packed, headers=headers | {"Content-Encoding": encoding}, media_type=kind)
        return FileResponse(file, headers=headers, media_type=kind)

    def _refuse(self, problem: Problem, scope: Any) -> Response:
        body = document(problem, scope.get("request_id", ""))
        return JSONResponse(body, problem.status, headers=problem.headers, media_type="application/problem+json")
