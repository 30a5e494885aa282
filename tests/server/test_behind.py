from __future__ import annotations

import pytest

from xdsi_sim.server.behind import Behind

BEHIND = Behind(
    url="http://real.test/xds/pacs",
    faces=(
        ("dicom-web", "http://real.test/rs", None),
        ("wado-rs", "http://real.test/xc", "XC-WADO"),
        ("wado", "http://real.test/uri", "WADO-URI"),
    ),
)


@pytest.mark.parametrize(
    ("rest", "url", "transaction"),
    [
        ("", "http://real.test/xds/pacs", None),
        ("?wsdl", "http://real.test/xds/pacs?wsdl", None),
        ("/wado?requestType=WADO", "http://real.test/uri?requestType=WADO", "WADO-URI"),
        ("/other?a=b", "http://real.test/xds/pacs/other?a=b", None),
        ("/dicom-web/studies?limit=1", "http://real.test/rs/studies?limit=1", "QIDO-RS"),
        ("/dicom-web/studies/1.2/series/1.3", "http://real.test/rs/studies/1.2/series/1.3", "WADO-RS"),
        ("/dicom-web", "http://real.test/rs", "DICOMweb"),
        ("/wado-rs/homeCommunityId/2.999", "http://real.test/xc/homeCommunityId/2.999", "XC-WADO"),
        ("/dicom-web/a%20b", "http://real.test/rs/a%20b", "DICOMweb"),
    ],
)
def test_paths_lead_where_the_faces_are_and_keep_their_octets(
    rest: str, url: str, transaction: str | None
) -> None:
    below = [part for part in rest.partition("?")[0].split("/") if part]
    assert BEHIND.target(below, rest) == (url, transaction)
