from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from submissions import a_set, a_submission, an_entry, uuid

from xdsi_sim.actors.ports import ReceivedDocument, ReceivedSubmission
from xdsi_sim.content import BytesContent, Content, FileContent, read_all
from xdsi_sim.ebrim.model import InternationalString
from xdsi_sim.errors import CannotRun
from xdsi_sim.messages.submit import SubmitObjectsRequest
from xdsi_sim.store.inbox import FolderInbox

Open = Callable[[], FolderInbox]
START = datetime(2024, 2, 12, 9, 8, 7, tzinfo=UTC)


@pytest.fixture
def reopen(tmp_path: Path) -> Iterator[Open]:
    opened: list[FolderInbox] = []

    def open_() -> FolderInbox:
        if opened:
            opened.pop().close()
        opened.append(FolderInbox(tmp_path / "received"))
        return opened[-1]

    yield open_
    if opened:
        opened.pop().close()


def a_document(
    number: int = 1, content: bytes | Content = b"text", mimeType: str = "text/plain"
) -> ReceivedDocument:
    given = BytesContent(content) if isinstance(content, bytes) else content
    return ReceivedDocument(
        entryUUID=uuid(number), uniqueId=f"2.999.2.{number}", mimeType=mimeType, content=given
    )


def as_it_came(request: SubmitObjectsRequest) -> SubmitObjectsRequest:
    """Its ids of classifications and the like are given by then."""
    return SubmitObjectsRequest(element=request.element)


def received(*documents: ReceivedDocument, number: int = 0) -> ReceivedSubmission:
    recipients = ("Clinic|^Gänger^Dora",)
    return ReceivedSubmission(
        received=START + timedelta(seconds=number),
        metadata=as_it_came(a_submission(set_=a_set(100 + number, intendedRecipient=recipients))),
        documents=documents or (a_document(),),
    )


def folders(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "received").iterdir())


def test_a_submission_is_a_folder_with_all_that_came(reopen: Open, tmp_path: Path) -> None:
    submission = received(a_document(1, b"one"), a_document(2, b"DICM", "application/dicom"))
    reopen().keep(submission).result()
    (folder,) = folders(tmp_path)
    assert folder.name.startswith("20240212T090807.000000Z-")
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix != ".json"} == {
        "document-1.txt": b"one",
        "document-2.dcm": b"DICM",
        "metadata.xml": submission.metadata.written(),
    }
    told = json.loads((folder / "submission.json").read_text(encoding="utf-8"))
    assert told == {
        "received": "2024-02-12T09:08:07+00:00",
        "limitedMetadata": False,
        "submissionSets": [
            {
                "uniqueId": "2.999.3.100",
                "sourceId": "2.999.20.10",
                "patientId": "P1^^^&2.999.1.1&ISO",
                "intendedRecipient": ["Clinic|^Gänger^Dora"],
            }
        ],
        "documents": [
            {
                "file": "document-1.txt",
                "entryUUID": uuid(1),
                "uniqueId": "2.999.2.1",
                "mimeType": "text/plain",
                "title": "CT Head",
                "size": 3,
                "hash": "fe05bcdcdc4928012781a5f1a2a77cbb5398e106",
            },
            {
                "file": "document-2.dcm",
                "entryUUID": uuid(2),
                "uniqueId": "2.999.2.2",
                "mimeType": "application/dicom",
                "title": "",
                "size": 4,
                "hash": told["documents"][1]["hash"],
            },
        ],
    }


@pytest.mark.parametrize(
    ("mimeType", "name"),
    [
        ("application/pdf", "document-1.pdf"),
        ("text/xml; charset=UTF-8", "document-1.xml"),
        ("Text/Plain", "document-1.txt"),
        ("../../evil", "document-1.bin"),
        ("", "document-1.bin"),
    ],
)
def test_files_have_names_of_ours(reopen: Open, tmp_path: Path, mimeType: str, name: str) -> None:
    reopen().keep(received(a_document(mimeType=mimeType))).result()
    (folder,) = folders(tmp_path)
    assert (folder / name).read_bytes() == b"text"


def test_what_came_is_read_back_in_the_order_of_its_coming(reopen: Open) -> None:
    inbox = reopen()
    sent = [received(number=number) for number in (2, 0, 1)]
    with ThreadPoolExecutor() as pool:
        for done in [pool.submit(inbox.keep, submission) for submission in sent]:
            done.result().result()
    found = inbox.received()
    assert [submission.received.second for submission in found] == [7, 8, 9]
    assert [submission.metadata for submission in found] == [sent[at].metadata for at in (1, 2, 0)]
    assert read_all(found[0].documents[0].content) == b"text"


def test_what_came_before_it_was_opened_is_of_an_earlier_run(reopen: Open, tmp_path: Path) -> None:
    reopen().keep(received()).result()
    inbox = reopen()
    assert inbox.received() == ()
    inbox.keep(received(number=1)).result()
    assert len(inbox.received()) == 1
    assert len(folders(tmp_path)) == 2


def test_one_submission_after_another_at_the_same_time_is_two(reopen: Open) -> None:
    inbox = reopen()
    for _ in "ab":
        inbox.keep(received()).result()
    assert len(inbox.received()) == 2


class Torn:
    """A content that breaks off while it is read."""

    size = 10

    def open(self) -> object:
        raise OSError("the peer is gone")


def test_a_submission_is_there_whole_or_not_at_all(reopen: Open, tmp_path: Path) -> None:
    inbox = reopen()
    with pytest.raises(OSError, match="the peer is gone"):
        inbox.keep(received(a_document(1), a_document(2, Torn()))).result()  # type: ignore[arg-type]
    assert inbox.received() == ()
    assert folders(tmp_path) == []


def test_what_people_leave_behind_is_no_submission(reopen: Open, tmp_path: Path) -> None:
    inbox = reopen()
    (tmp_path / "received" / "notes.txt").write_bytes(b"looked at")
    (tmp_path / "received" / "old").mkdir()
    assert inbox.received() == reopen().received() == ()


def test_what_is_still_being_written_is_not_there_yet(reopen: Open, tmp_path: Path) -> None:
    inbox = reopen()
    inbox.keep(received()).result()
    (folder,) = folders(tmp_path)
    folder.rename(folder.with_name(f"{folder.name}.unfinished"))
    assert inbox.received() == ()


def test_what_a_crash_has_cut_short_is_removed(reopen: Open, tmp_path: Path) -> None:
    reopen()
    half = tmp_path / "received" / "20240212T090807.000000Z-abc.unfinished"
    half.mkdir()
    (half / "document-1.txt").write_bytes(b"half")
    assert reopen().received() == ()
    assert folders(tmp_path) == []


def test_a_document_in_a_file_is_kept_when_that_goes(reopen: Open, tmp_path: Path) -> None:
    spooled = tmp_path / "spooled"
    spooled.write_bytes(b"large")
    inbox = reopen()
    inbox.keep(received(a_document(content=FileContent.of(spooled)))).result()
    spooled.unlink()
    assert read_all(inbox.received()[0].documents[0].content) == b"large"


def test_a_title_is_told(reopen: Open, tmp_path: Path) -> None:
    entry = an_entry(title=InternationalString.of("Ärztlicher Bericht"))
    submission = received()
    titled = ReceivedSubmission(
        received=START, metadata=a_submission(entries=(entry,)), documents=submission.documents
    )
    reopen().keep(titled).result()
    (folder,) = folders(tmp_path)
    assert "Ärztlicher Bericht" in (folder / "submission.json").read_text(encoding="utf-8")


def test_a_folder_that_cannot_be_one_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "received").write_bytes(b"")
    with pytest.raises(CannotRun, match="cannot be used"):
        FolderInbox(tmp_path / "received")
