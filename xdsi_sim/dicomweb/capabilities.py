"""What a service can do, as a WADL document made from its routes (PS3.18: 8.9)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from xdsi_sim.dicomweb.routes import Route
from xdsi_sim.ebrim.xml import escape

__all__ = ["WADL", "describe"]

WADL: Final = "application/vnd.sun.wadl+xml"
_NAME: Final = re.compile(r"\{(\w+)\}")
_ANSWERS: Final = {
    "QIDO-RS": ("application/dicom+json", 'multipart/related; type="application/dicom+xml"'),
    "STOW-RS": ("application/dicom+json", "application/dicom+xml"),
}


def describe(base: str, routes: Iterable[Route], methods: Iterable[str]) -> bytes:
    """The document; of the methods those that are served."""
    served = frozenset(methods)
    resources = "".join(piece for route in routes for piece in _resource(route, served))
    return (
        '<?xml version="1.0" encoding="UTF-8"?><application xmlns="http://wadl.dev.java.net/2009/02">'
        f'<resources base="{escape(base)}">{resources}</resources></application>'
    ).encode()


def _resource(route: Route, served: frozenset[str]) -> Iterator[str]:
    yield f'<resource path="{escape(route.template)}">'
    for name in _NAME.findall(route.template):
        yield f'<param name="{name}" style="template" required="true"/>'
    for method, operation in route.methods.items():
        if method in served:
            answers = "".join(
                f'<representation mediaType="{escape(media)}"/>'
                for media in _ANSWERS.get(operation.transaction, ())
            )
            response = f"<response>{answers}</response>" if answers else ""
            yield f'<method name="{method}"><doc title="{escape(operation.title)}"/>{response}</method>'
    yield "</resource>"
