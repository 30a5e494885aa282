from __future__ import annotations

from typing import Any

from xdsi_sim.fhir.values import as_list, at, put, without_empty


def test_a_path_leads_through_lists_by_their_first() -> None:
    resource = {"content": [{"attachment": {"url": "u"}}, {}], "category": [{"text": "a"}], "none": []}
    assert at(resource, "content.attachment.url") == "u"
    assert at(resource, "category") == [{"text": "a"}]
    assert at(resource, "none.x") is None
    assert at(resource, "content.attachment.url.further") is None


def test_putting_makes_what_is_on_the_way() -> None:
    resource: dict[str, Any] = {}
    put(resource, "content[].attachment.url", "u")
    put(resource, "content[].format", "f")
    put(resource, "context.period.start", "2024")
    assert resource == {
        "content": [{"attachment": {"url": "u"}, "format": "f"}],
        "context": {"period": {"start": "2024"}},
    }


def test_nothing_is_an_empty_list_and_empty_elements_are_left_out() -> None:
    assert (as_list(None), as_list([1]), as_list({"a": 1})) == ([], [1], [{"a": 1}])
    assert without_empty({"a": None, "b": "", "c": [], "d": {}, "e": 0, "f": False}) == {"e": 0, "f": False}
