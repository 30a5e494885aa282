"""What a browser may do with our pages: nothing but what they bring themselves."""

from __future__ import annotations

from typing import Final

__all__ = ["headers_with", "policy_with"]


def policy_with(*styles: str) -> str:
    """Our own style, scripts, pictures and forms; styles within a page only where they are named by hash."""
    allowed = " ".join(("'self'", *styles))
    return (
        f"default-src 'none'; style-src {allowed}; script-src 'self'; img-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


_HEADERS: Final = (
    ("Cache-Control", "no-store"),
    ("Content-Security-Policy", policy_with()),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Referrer-Policy", "same-origin"),  # without one, the Origin of our forms would be hidden from us
    ("X-Content-Type-Options", "nosniff"),
)


def headers_with(headers: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """Those of an answer, and of ours those that it does not have itself."""
    own = {name.lower() for name, _ in headers}
    return (*headers, *((name, value) for name, value in _HEADERS if name.lower() not in own))
