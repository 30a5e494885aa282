from __future__ import annotations

import pytest

from xdsi_sim.soap.media import parse_media_type


@pytest.mark.parametrize(
    ("text", "kind", "parameters"),
    [
        ("application/soap+xml; charset=UTF-8", "application/soap+xml", {"charset": "UTF-8"}),
        (
            "Multipart/Related;boundary=a=b;TYPE=text/xml",
            "multipart/related",
            {"boundary": "a=b", "type": "text/xml"},
        ),
        (
            'multipart/related; boundary="a;b\\"c"; start="<x>"',
            "multipart/related",
            {"boundary": 'a;b"c', "start": "<x>"},
        ),
        ("text/xml", "text/xml", {}),
        ("", "", {}),
        ("a/b; x=1; x=2", "a/b", {"x": "1"}),
    ],
)
def test_a_media_type_is_read_with_its_parameters(text: str, kind: str, parameters: dict[str, str]) -> None:
    media = parse_media_type(text)
    assert (media.type, dict(media.parameters)) == (kind, parameters)
