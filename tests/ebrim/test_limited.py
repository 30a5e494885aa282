from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from samples import a_full_list
from submissions import a_folder, a_set, a_submission, an_entry

from xdsi_sim.ebrim.limited import COLUMN, is_limited, label_of_another_kind, limited
from xdsi_sim.ebrim.model import Association, Classification, RegistryObjectList, Slot
from xdsi_sim.ebrim.reader import read_object_list
from xdsi_sim.ebrim.tables import KINDS, SUBMISSION_SET
from xdsi_sim.ebrim.writer import write_object_list
from xdsi_sim.ebrim.xml import parse

OF_A_SET = SUBMISSION_SET.by_name["limitedMetadata"].key


def test_of_everything_there_is_left_what_must_be_said_and_the_label() -> None:
    objects = limited(a_full_list())
    for value in objects.objects():
        if not isinstance(value, Association):
            given = {attr.name for attr in KINDS[type(value)].attrs if getattr(value, attr.name)}
            required = {a.name for a in KINDS[type(value)].attrs if a.need.split()[COLUMN] == "R"}
            assert given == required
            assert "limitedMetadata" in given
            assert value.extra == ()
    assert objects.associations == a_full_list().associations


def test_it_survives_being_written_and_read() -> None:
    came = read_object_list(parse(write_object_list(limited(a_submission(folders=(a_folder(),)).objects))))
    carriers = (*came.submissionSets, *came.documentEntries, *came.folders)
    assert [value.limitedMetadata for value in carriers] == [True] * 3
    assert read_object_list(parse(write_object_list(came))) == came


@pytest.mark.parametrize(
    "parts",
    [
        {"set_": a_set(limitedMetadata=True)},
        {"entries": (an_entry(limitedMetadata=True),)},
        {"folders": (a_folder(limitedMetadata=True),)},
    ],
)
def test_one_label_is_enough_to_say_so(parts: dict[str, Any]) -> None:
    assert is_limited(a_submission(**parts).objects)


def test_full_metadata_is_not_limited() -> None:
    assert not is_limited(a_submission(folders=(a_folder(),)).objects)
    assert not is_limited(RegistryObjectList())


def test_a_label_of_another_kind_is_a_label_in_the_wrong_place() -> None:
    labelled = an_entry(extra=(Classification(classificationNode=OF_A_SET),))
    assert label_of_another_kind(labelled) == "SubmissionSet"
    assert is_limited(a_submission(entries=(labelled,)).objects)
    assert label_of_another_kind(replace(labelled, limitedMetadata=True)) is None
    assert label_of_another_kind(an_entry(extra=(Slot("urn:x", ()),))) is None
