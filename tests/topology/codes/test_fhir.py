from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from a_coded_domain import CODE_SYSTEM, VALUE_SET, written

from xdsi_sim.errors import UsageError
from xdsi_sim.topology.codes.fhir import code_systems_in, read_fhir_codes
from xdsi_sim.vocab import FHIR_SYSTEMS

FORMATS = "http://ihe.net/fhir/ihe.formatcode.fhir/CodeSystem/formatcode"


def read(
    folder: Path, resource: dict[str, Any] | str, attribute: str = "formatCode", **systems: str
) -> list[tuple[str, str | None]]:
    path = written(folder, "resource.json", resource)
    return [(str(one), one.display) for one in read_fhir_codes(path, attribute, {**FHIR_SYSTEMS, **systems})]


def test_a_value_set_gives_the_concepts_that_it_includes(tmp_path: Path) -> None:
    assert read(tmp_path, VALUE_SET) == [
        (f"urn:ihe:rad:PDF^^{FORMATS}", "PDF"),
        (f"urn:ihe:rad:TEXT^^{FORMATS}", None),
        ("1.2.840.10008.5.1.4.1.1.88.59^^http://dicom.nema.org/resources/ontology/DCMUID", None),
    ]


def test_a_value_set_leaves_out_what_it_excludes(tmp_path: Path) -> None:
    resource = copy.deepcopy(VALUE_SET)
    resource["compose"]["exclude"] = [{"system": FORMATS, "concept": [{"code": "urn:ihe:rad:PDF"}]}]
    assert f"urn:ihe:rad:PDF^^{FORMATS}" not in dict(read(tmp_path, resource))


def test_an_expansion_goes_before_what_it_was_made_of(tmp_path: Path) -> None:
    expansion = {
        "total": 3,
        "contains": [
            {
                "system": "http://loinc.org",
                "abstract": True,
                "code": "group",
                "contains": [{"system": "http://loinc.org", "code": "1", "display": "One"}],
            },
            {"display": "a heading", "contains": []},
        ],
    }
    filtered = {"include": [{"system": "http://loinc.org", "filter": [{"property": "x"}]}]}
    resource = {**VALUE_SET, "compose": filtered, "expansion": expansion}
    assert read(tmp_path, resource) == [("1^^http://loinc.org", "One")]


def test_a_code_system_gives_all_its_concepts_but_abstract_ones(tmp_path: Path) -> None:
    assert read(tmp_path, CODE_SYSTEM, "classCode") == [
        ("IMAGES^^urn:oid:2.999.1.9", "Images"),
        ("CT^^urn:oid:2.999.1.9", None),
        ("REPORTS^^urn:oid:2.999.1.9", "Reports"),
    ]


def test_a_code_system_that_is_known_keeps_its_url(tmp_path: Path) -> None:
    url = CODE_SYSTEM["url"]
    assert (f"CT^^{url}", None) in read(tmp_path, CODE_SYSTEM, "classCode", **{url: "2.999.7"})
    anonymous = {key: value for key, value in CODE_SYSTEM.items() if key != "identifier"}
    assert (f"CT^^{url}", None) in read(tmp_path, anonymous, "classCode")


WHOLE = {
    "include": [{"system": CODE_SYSTEM["url"]}, {"system": "http://loinc.org", "concept": [{"code": "1"}]}]
}


def test_a_value_set_may_include_a_code_system_that_is_read_too(tmp_path: Path) -> None:
    whole = written(tmp_path, "whole.json", {**VALUE_SET, "compose": WHOLE})
    beside = code_systems_in([whole, written(tmp_path, "classes.json", CODE_SYSTEM), tmp_path / "gone.json"])
    assert beside == {CODE_SYSTEM["url"]}
    assert [str(one) for one in read_fhir_codes(whole, "classCode", {}, beside)] == ["1^^http://loinc.org"]


def test_but_not_all_of_it_but_some(tmp_path: Path) -> None:
    some = {**WHOLE, "exclude": [{"system": CODE_SYSTEM["url"], "concept": [{"code": "CT"}]}]}
    path = written(tmp_path, "some.json", {**VALUE_SET, "compose": some})
    with pytest.raises(
        UsageError, match=r"some\.json:24:7: what is left of a whole system is not in the file"
    ):
        list(read_fhir_codes(path, "classCode", {}, {CODE_SYSTEM["url"]}))


def test_media_types_have_no_system(tmp_path: Path) -> None:
    include = [{"system": "urn:ietf:bcp:13", "concept": [{"code": "application/pdf"}]}]
    resource = {**VALUE_SET, "compose": {"include": include}}
    assert read(tmp_path, resource, "mimeType") == [("application/pdf", None)]


def including(**include: Any) -> Callable[[dict[str, Any]], None]:
    def change(resource: dict[str, Any]) -> None:
        resource["compose"]["include"][1] = include

    return change


def expanded(**expansion: Any) -> Callable[[dict[str, Any]], None]:
    return lambda resource: resource.update(expansion=expansion)


ONE = {"code": "x"}
BAD = {
    "unknown resource": (
        lambda resource: resource.update(resourceType="Valueset"),
        "2:19: unknown resourceType 'Valueset'. Did you mean 'ValueSet'?",
    ),
    "no resource": (lambda resource: resource.pop("resourceType"), "1:1: the key 'resourceType' is missing"),
    "filter": (
        including(system="http://loinc.org", filter=[{"property": "parent"}]),
        "25:9: codes by 'filter' are not in the file. Name a ValueSet with an expansion",
    ),
    "other value sets": (
        including(valueSet=["http://example.org/ValueSet/other"]),
        "24:9: codes by 'valueSet' are not in the file. Name a ValueSet with an expansion",
    ),
    "whole system": (
        including(system="http://loinc.org"),
        "23:7: all of http://loinc.org is included, and not in the file. Name its CodeSystem beside the",
    ),
    "no system": (including(concept=[ONE]), "23:7: codes without their system"),
    "no code": (
        including(system="http://loinc.org", concept=[{"display": "x"}]),
        "26:11: the key 'code' is missing",
    ),
    "nothing at all": (lambda resource: resource.pop("compose"), "1:1: no code is in the file"),
    "half an expansion": (
        expanded(total=9, contains=[{"system": "http://loinc.org", "code": "x"}]),
        "34:14: the expansion holds 1 of 9 codes",
    ),
    "no system in an expansion": (expanded(contains=[ONE]), "35:7: a code without its system"),
    "all but one": (
        lambda resource: resource["compose"].update(exclude=[{"system": FORMATS}]),
        "all of http://ihe.net/fhir/ihe.formatcode.fhir/CodeSystem/formatcode is included",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_taken_is_told_with_its_place(tmp_path: Path, case: str) -> None:
    change, told = BAD[case]
    resource = copy.deepcopy(VALUE_SET)
    change(resource)
    with pytest.raises(UsageError) as caught:
        read(tmp_path, resource)
    assert str(caught.value).startswith(f"{tmp_path / 'resource.json'}:")
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{\n  "resourceType": "ValueSet",\n}', ":3:1: no JSON: "),
        ("[]", ":1:1: expected keys with values, found a list"),
        ("[" * 100_000, ": values are nested too deep"),
        ("", ":1:1: no JSON: "),
    ],
)
def test_what_is_no_json_is_told(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(tmp_path, text)
    assert str(caught.value).startswith(f"{tmp_path / 'resource.json'}{told}")


def test_a_file_that_is_not_utf8_is_told(tmp_path: Path) -> None:
    (tmp_path / "latin.json").write_bytes(b'{"resourceType": "\xe9"}')
    with pytest.raises(UsageError, match=r"latin\.json: the file is not UTF-8"):
        list(read_fhir_codes(tmp_path / "latin.json", "classCode", {}))


def test_a_file_too_large_to_be_searched_for_the_place_is_still_judged(tmp_path: Path) -> None:
    concepts = [{"code": str(number)} for number in range(12_000)]
    large = {**CODE_SYSTEM, "concept": concepts}
    assert len(read(tmp_path, large, "classCode")) == 12_000
    with pytest.raises(UsageError) as caught:
        read(tmp_path, json.dumps({**large, "url": None}), "classCode")
    assert str(caught.value) == f"{tmp_path / 'resource.json'}: expected a text, found nothing"
