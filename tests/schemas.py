"""The schemas that judge what we write: our own, and the reference ones where they are at hand."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from lxml import etree

from xdsi_sim import resources
from xdsi_sim.vocab import NS

__all__ = ["each_schema", "faults"]

REFERENCE = Path(__file__).parents[2] / "shared" / "data" / "nist" / "schema" / "v3"
FOLDERS = {"ours": resources.wsdl() / "schema", "reference": REFERENCE}
FILES = {
    NS.LCM: ("lcm.xsd", "lcm.xsd"),
    NS.QUERY: ("query.xsd", "query.xsd"),
    NS.RIM: ("rim.xsd", "rim.xsd"),
    NS.RS: ("rs.xsd", "rs.xsd"),
    NS.XDS: ("xds.xsd", "XDS.b_DocumentRepository.xsd"),
    NS.XDSI: ("xdsi.xsd", "XDSI.b_ImagingDocumentSource.xsd"),
    NS.RMD: ("rmd.xsd", "rmd.xsd"),
    NS.HL7: ("hl7.xsd", ""),  # the reference has none
}

each_schema = pytest.mark.parametrize(
    "source",
    [
        "ours",
        pytest.param(
            "reference",
            marks=pytest.mark.skipif(not REFERENCE.is_dir(), reason="no reference data beside the project"),
        ),
    ],
)
"""Runs a test once per set of schemas."""


def faults(data: bytes, source: str) -> list[str]:
    """What the schema of the root's namespace finds wrong with a message."""
    root = etree.fromstring(data)
    schema = _schema(source, etree.QName(root).namespace or "")
    return [] if schema.validate(root) else [str(error) for error in schema.error_log]


@cache
def _schema(source: str, namespace: str) -> etree.XMLSchema:
    file = FILES[namespace][0 if source == "ours" else 1]
    return etree.XMLSchema(etree.parse(FOLDERS[source] / file))
