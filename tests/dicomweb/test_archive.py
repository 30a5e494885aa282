from __future__ import annotations

import pytest
from a_dicomweb import shipped
from rejections import a_note

from xdsi_sim.content import FileContent
from xdsi_sim.dicomweb.archive import Archive, Target
from xdsi_sim.dicomweb.messages import Refused
from xdsi_sim.store.instances import SqliteInstanceStore


@pytest.fixture
def archive(store: SqliteInstanceStore) -> Archive:
    return Archive(store=store, base="http://h", most=9)


def test_what_a_path_names_is_found_from_the_study_down(archive: Archive) -> None:
    (image,) = archive.images(Target(study="2.999.76.1", series="2.999.76.1.1", instance="2.999.76.1.1.1"))
    assert archive.url(image) == "http://h/studies/2.999.76.1/series/2.999.76.1.1/instances/2.999.76.1.1.1"


def test_what_is_not_there_is_refused_with_its_path(archive: Archive) -> None:
    with pytest.raises(Refused, match=r"nothing is stored under 2\.999\.76\.1/1\.2") as refused:
        archive.images(Target(study="2.999.76.1", series="1.2"))
    assert refused.value.status == 404


def test_who_looks_for_a_rejected_instance_hears_why(archive: Archive, store: SqliteInstanceStore) -> None:
    stored = store.add(FileContent.of(shipped("CT_small.dcm")))
    uids = (stored.studyInstanceUID, stored.seriesInstanceUID, stored.sopInstanceUID)
    store.add(a_note(uids[0], uids[2]))
    with pytest.raises(Refused, match="is rejected: Rejected for Patient Safety Reasons") as refused:
        archive.images(Target(study=uids[0], series=uids[1], instance=uids[2]))
    assert refused.value.status == 404
