from __future__ import annotations

from lxml import etree

from xdsi_sim.dicomweb.capabilities import describe
from xdsi_sim.dicomweb.routes import ROUTES

WADL = {"w": "http://wadl.dev.java.net/2009/02"}


def test_every_route_and_its_methods_are_described() -> None:
    root = etree.XML(describe("http://h/a&b", ROUTES, {"GET", "POST"}))
    resources = root.find("w:resources", WADL)
    assert resources is not None
    assert resources.get("base") == "http://h/a&b"
    assert [resource.get("path") for resource in resources] == [route.template for route in ROUTES]
    assert {method.get("name") for method in root.iterfind(".//w:method", WADL)} == {"GET", "POST"}


def test_what_varies_in_a_path_is_a_parameter() -> None:
    root = etree.XML(describe("http://h", ROUTES, {"GET"}))
    frames = next(
        each for each in root.iterfind(".//w:resource", WADL) if each.get("path", "").endswith("{frames}")
    )
    names = [each.get("name") for each in frames.iterfind("w:param", WADL)]
    assert names == ["study", "series", "instance", "frames"]
