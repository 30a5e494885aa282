"""The submissions that a recipient got: a folder each, for people and their tools to look into.

A folder holds `metadata.xml`, the `lcm:SubmitObjectsRequest` as it came; the documents, in files of our
naming; and `submission.json`, which says which file is which. It is written under another name, synced, and
renamed: so it is there whole or not at all.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from xdsi_sim.actors.ports import ReceivedDocument, ReceivedSubmission
from xdsi_sim.content import BytesContent, FileContent, sha1_of
from xdsi_sim.ebrim.limited import is_limited
from xdsi_sim.ebrim.xml import parse
from xdsi_sim.ids import new_token
from xdsi_sim.messages.submit import SubmitObjectsRequest
from xdsi_sim.store.files import put, sync_folder
from xdsi_sim.store.opening import Share, opening

__all__ = ["FolderInbox"]

_METADATA: Final = "metadata.xml"
_SUMMARY: Final = "submission.json"
_UNFINISHED: Final = ".unfinished"
_SUFFIXES: Final[Mapping[str, str]] = {
    "application/dicom": ".dcm",
    "application/pdf": ".pdf",
    "application/json": ".json",
    "application/xml": ".xml",
    "image/jpeg": ".jpg",
    "text/plain": ".txt",
    "text/xml": ".xml",
}
"""By media type, so that a file opens with the right program."""


class FolderInbox:
    """Realises `actors.ports.Inbox` in a folder."""

    def __init__(self, folder: Path, share: Share = Share.ALONE) -> None:
        """Open or create the inbox; raises UsageError where the folder cannot be used."""
        self.folder = folder.absolute()
        with opening(folder):
            folder.mkdir(parents=True, exist_ok=True)
            if share is not Share.JOINING:
                for path in folder.glob(f"*{_UNFINISHED}"):  # what a crash has cut short
                    shutil.rmtree(path)
            self._earlier = frozenset(self._names())
        self._pool = ThreadPoolExecutor(max_workers=4, thread_name_prefix="inbox")

    def close(self) -> None:
        """Finish what was begun."""
        self._pool.shutdown()

    def keep(self, submission: ReceivedSubmission) -> Future[None]:
        """Keep one submission; done when it is durable."""
        return self._pool.submit(self._keep, submission)

    def _keep(self, submission: ReceivedSubmission) -> None:
        name = f"{submission.received:%Y%m%dT%H%M%S.%fZ}-{new_token()[:8]}"
        folder, unfinished = self.folder / name, self.folder / f"{name}{_UNFINISHED}"
        try:
            unfinished.mkdir()
            _fill(unfinished, submission)
            unfinished.rename(folder)
            sync_folder(self.folder)
        except BaseException:
            for path in (unfinished, folder):
                shutil.rmtree(path, ignore_errors=True)
            raise

    def received(self) -> tuple[ReceivedSubmission, ...]:
        """What has come since the inbox was opened, in the order of its coming."""
        return tuple(_read(self.folder / name) for name in self._names() if name not in self._earlier)

    def _names(self) -> list[str]:
        """Of the folders that are whole; whoever looks into them may leave files of his own."""
        folders = (summary.parent for summary in self.folder.glob(f"*/{_SUMMARY}"))
        return sorted(folder.name for folder in folders if folder.suffix != _UNFINISHED)


# --- writing ---------------------------------------------------------------------------------


def _fill(folder: Path, submission: ReceivedSubmission) -> None:
    files = {
        f"document-{number}{_suffix(document.mimeType)}": document
        for number, document in enumerate(submission.documents, start=1)
    }
    for name, document in files.items():
        put(document.content, folder / name)
    put(BytesContent(submission.metadata.written()), folder / _METADATA)
    summary = json.dumps(_summary(submission, files), indent=2, ensure_ascii=False)
    put(BytesContent(f"{summary}\n".encode()), folder / _SUMMARY)
    sync_folder(folder)


def _suffix(mimeType: str) -> str:
    return _SUFFIXES.get(mimeType.partition(";")[0].strip().lower(), ".bin")


def _summary(submission: ReceivedSubmission, files: Mapping[str, ReceivedDocument]) -> dict[str, Any]:
    objects = submission.metadata.objects
    titles = {entry.entryUUID: entry.title for entry in objects.documentEntries}
    return {
        "received": submission.received.isoformat(),
        "limitedMetadata": is_limited(objects),
        "submissionSets": [
            {
                "uniqueId": set_.uniqueId,
                "sourceId": set_.sourceId,
                "patientId": set_.patientId,
                "intendedRecipient": set_.intendedRecipient,
            }
            for set_ in objects.submissionSets
        ],
        "documents": [
            {
                "file": name,
                "entryUUID": document.entryUUID,
                "uniqueId": document.uniqueId,
                "mimeType": document.mimeType,
                "title": str(titles.get(document.entryUUID) or ""),
                "size": document.content.size,
                "hash": sha1_of(document.content),
            }
            for name, document in files.items()
        ],
    }


# --- reading ---------------------------------------------------------------------------------


def _read(folder: Path) -> ReceivedSubmission:
    summary = json.loads((folder / _SUMMARY).read_bytes())
    return ReceivedSubmission(
        received=datetime.fromisoformat(summary["received"]),
        metadata=SubmitObjectsRequest(element=parse((folder / _METADATA).read_bytes())),
        documents=tuple(_documents(folder, summary["documents"])),
    )


def _documents(folder: Path, documents: Iterable[Mapping[str, Any]]) -> Iterator[ReceivedDocument]:
    for document in documents:
        yield ReceivedDocument(
            entryUUID=document["entryUUID"],
            uniqueId=document["uniqueId"],
            mimeType=document["mimeType"],
            content=FileContent.of(folder / document["file"]),
        )
