"""The service of `a_dicomweb_service`, for all tests here."""

from __future__ import annotations

from a_dicomweb_service import ask, service, store

__all__ = ["ask", "service", "store"]
