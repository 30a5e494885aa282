from __future__ import annotations

from dataclasses import fields

import pytest

from xdsi_sim.ebrim.model import Author, MetadataObject
from xdsi_sim.ebrim.tables import AUTHOR_SLOTS, KINDS, KINDS_BY_NAME, LABELS, Form, Kind

each_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
OUTSIDE = {"extra", "externalIdentifierIds", "xmlAttributes"}
"""What a value has beside its attributes."""


@each_kind
def test_table_names_each_attribute_of_the_value_once(kind: Kind) -> None:
    names = [attr.name for attr in kind.attrs]
    assert sorted(names) == sorted(field.name for field in fields(kind.type) if field.name not in OUTSIDE)


def test_table_names_each_attribute_of_an_author_once() -> None:
    names = [attr.name for attr in AUTHOR_SLOTS]
    assert sorted(names) == sorted(
        field.name for field in fields(Author) if field.name not in ("extra", "id")
    )


@each_kind
def test_no_two_attributes_are_kept_in_one_place(kind: Kind) -> None:
    assert len(kind.by_key) == len(kind.by_name) == len(kind.attrs)


@each_kind
def test_attributes_of_many_values_are_tuples(kind: Kind) -> None:
    empty = kind.type(entryUUID="x")
    expected = {attr.name for attr in kind.attrs if attr.many}
    assert {attr.name for attr in kind.attrs if getattr(empty, attr.name) == ()} == expected


@each_kind
def test_need_is_told_for_five_parties(kind: Kind) -> None:
    for attr in kind.attrs:
        need = attr.need.split()
        assert (len(need), set(need) <= {"R", "R2", "O", "X"}) == (5, True), attr.name


@each_kind
def test_schemes_are_uuids(kind: Kind) -> None:
    schemes = [attr.key for attr in kind.attrs if attr.form in (Form.CODE, Form.AUTHOR, Form.LABEL)]
    assert all(scheme.startswith("urn:uuid:") and len(scheme) == 45 for scheme in schemes)


def test_no_scheme_serves_two_kinds() -> None:
    by_uuid = [attr.key for kind in KINDS.values() for attr in kind.attrs if attr.key.startswith("urn:uuid:")]
    assert len(by_uuid) == len(set(by_uuid))


def test_labels_tell_submission_set_from_folder() -> None:
    assert {kind.name for kind in LABELS.values()} == {"SubmissionSet", "Folder"}
    assert None not in LABELS


def test_every_kind_is_found_by_its_name() -> None:
    assert {name: kind.name for name, kind in KINDS_BY_NAME.items()} == {
        name: name for name in ("DocumentEntry", "SubmissionSet", "Folder", "Association")
    }


def test_every_kind_is_found_by_the_class_of_its_values() -> None:
    for value_type, kind in KINDS.items():
        assert issubclass(value_type, MetadataObject)
        assert kind.type is value_type


@pytest.mark.parametrize("form", Form)
def test_every_form_is_used(form: Form) -> None:
    assert any(attr.form is form for kind in KINDS.values() for attr in kind.attrs)
    assert {form: 1}[Form[form.name]] == 1  # as a key it is found by any road
