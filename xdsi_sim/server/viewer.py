"""A web viewer on the wire: the files of a folder, but for the settings, which are made for who is here."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final
from urllib.parse import unquote

from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET

from xdsi_sim.content import BytesContent, Content, FileContent
from xdsi_sim.dicomweb.ohif import CONFIG, INDEX
from xdsi_sim.server.http import FrontRequest, answer, nothing_at

__all__ = ["ViewerResource"]

_TYPES: Final = {
    ".css": "text/css; charset=UTF-8",
    ".gif": "image/gif",
    ".html": "text/html; charset=UTF-8",
    ".ico": "image/vnd.microsoft.icon",
    ".jpg": "image/jpeg",
    ".js": "text/javascript; charset=UTF-8",
    ".json": "application/json",
    ".map": "application/json",
    ".mjs": "text/javascript; charset=UTF-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=UTF-8",
    ".wasm": "application/wasm",
    ".webp": "image/webp",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
    ".xml": "application/xml",
}
"""By suffix; what has another one is no part of a page, and may be the name of one."""
_OCTETS: Final = "application/octet-stream"
_HEADERS: Final = (
    ("Cache-Control", "no-cache"),  # ask again, by ETag
    # isolated from pages of other origins: only then may the threads of a page share memory
    ("Cross-Origin-Embedder-Policy", "require-corp"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
)
_SETTINGS: Final = re.compile(rb"""([=(,]\s*["']?)/?app-config\.js""")
"""Where a page names them."""
_FORBIDDEN: Final = ("/", "\\", "\0")


class ViewerResource(Resource):
    """All paths that nothing else answers: a file where there is one, else the page, whose paths they are."""

    isLeaf = True

    def __init__(self, folder: Path, config: bytes, path: str = "/") -> None:
        """The pages are at `path`. Scripts name themselves from the root, where another one serves them."""
        super().__init__()
        self._folder = folder.resolve()
        self._path = path.encode()
        self._config = BytesContent(config)

    def render(self, request: FrontRequest) -> int:
        """Serve one file."""
        names = [
            unquote(part)
            for part in request.path.removeprefix(self._path).decode("latin-1").split("/")
            if part
        ]
        found = self._found(names) if request.method in (b"GET", b"HEAD") else None
        if found is None:
            plain = (("Content-Type", "text/plain; charset=UTF-8"),)
            answer(request, 404, plain, [nothing_at(request)])
            return NOT_DONE_YET
        media, content, tag = found
        headers = (*_HEADERS, ("Content-Type", media), ("ETag", tag))
        if tag in (request.header("if-none-match") or "").split(", "):
            answer(request, 304, headers, ())
        else:
            answer(request, 200, headers, [content])
        return NOT_DONE_YET

    def _found(self, names: Sequence[str]) -> tuple[str, Content, str] | None:
        """Media type, content and entity tag of what is there."""
        if any(name in (".", "..") or any(sign in name for sign in _FORBIDDEN) for name in names):
            return None
        if list(names) == [CONFIG]:
            tag = hashlib.sha1(self._config.data, usedforsecurity=False).hexdigest()
            return _TYPES[".js"], self._config, f'"{tag}"'
        path = self._file(names)
        if path is None:
            if names and _suffix(names[-1]) in _TYPES:
                return None
            path = self._folder / INDEX
        if self._path != b"/" and path.name == INDEX:
            return self._page(path)
        try:
            state, content = path.stat(), FileContent.of(path)
        except OSError:
            return None
        media = _TYPES.get(_suffix(path.name), _OCTETS)
        return media, content, f'"{state.st_mtime_ns:x}-{state.st_size:x}"'

    def _page(self, path: Path) -> tuple[str, Content, str] | None:
        """The page, with the settings that are at our own path."""
        try:
            page = path.read_bytes()
        except OSError:
            return None
        own = _SETTINGS.sub(rb"\g<1>%b%b" % (self._path, CONFIG.encode()), page)
        tag = hashlib.sha1(own, usedforsecurity=False).hexdigest()
        return _TYPES[".html"], BytesContent(own), f'"{tag}"'

    def _file(self, names: Sequence[str]) -> Path | None:
        """The file of these names below the folder, wherever links lead; None where there is none."""
        try:
            path = self._folder.joinpath(*names).resolve()
            return path if path.is_file() and path.is_relative_to(self._folder) else None
        except (OSError, RuntimeError):  # a name too long; a circle of links, by the Python's own word
            return None


def _suffix(name: str) -> str:
    return Path(name).suffix.lower()
