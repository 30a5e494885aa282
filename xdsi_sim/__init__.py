"""XDS-I / XCA-I actors, topologies and scenarios over real SOAP and DICOMweb."""

from __future__ import annotations

__all__ = ["__version__"]

__version__ = "0.1.0"
