"""What the commands of `manifest` read beside documents: instances, metadata, what a source serves."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from xdsi_sim.cli.conventions import certificates_for, peer_address
from xdsi_sim.dicom.instance_files import FoundFiles, read_files
from xdsi_sim.dicom.kos_document import KosDocument
from xdsi_sim.dicom.study import Study, StudyHeader
from xdsi_sim.dicom.summary import summarise
from xdsi_sim.ebrim.model import DocumentEntry
from xdsi_sim.ebrim.reader import read_object_list
from xdsi_sim.ebrim.xml import parse
from xdsi_sim.errors import ProtocolViolation, UsageError
from xdsi_sim.topology.outside import BlockingClient, outside_client
from xdsi_sim.topology.served import fetch_study
from xdsi_sim.visible import visible
from xdsi_sim.vocab import NS

__all__ = ["SourceOfImages", "entry_of", "read_entries", "read_instances"]


def read_instances(paths: Sequence[Path]) -> FoundFiles:
    """The instances in files and folders; what is no DICOM file is told on standard error."""
    found = read_files(paths)
    for one in found.unread:
        print(f"xdsi-sim: left out {visible(f'{one.path}: {one.error}')}", file=sys.stderr)
    return found


def read_entries(file: Path) -> tuple[DocumentEntry, ...]:
    """The DocumentEntries of a submission, or of the answer to a query; raises UsageError without any."""
    try:
        lists = parse(file.read_bytes()).iter(f"{{{NS.RIM}}}RegistryObjectList")
    except ProtocolViolation as error:
        raise UsageError(f"--metadata: {error}.", file=str(file)) from error
    entries = tuple(entry for each in lists for entry in read_object_list(each).documentEntries)
    if not entries:
        raise UsageError("--metadata: there is no DocumentEntry in a RegistryObjectList.", file=str(file))
    return entries


def entry_of(
    document: KosDocument, entries: Sequence[DocumentEntry], file: Path, *, alone: bool
) -> DocumentEntry:
    """The entry with the manifest's uniqueId; a single file may have the single entry, whatever that says.

    Raises UsageError where there is none.
    """
    uid = document.root.text("SOPInstanceUID") if document.root else None
    same = [entry for entry in entries if entry.uniqueId == uid]
    if same:
        return same[0]
    candidates = [entry for entry in entries if entry.mimeType == "application/dicom"] or list(entries)
    if alone and len(candidates) == 1:
        return candidates[0]
    raise UsageError(f"--metadata: no DocumentEntry has uniqueId {uid}.", file=str(file))


class SourceOfImages:
    """What the source has: files, or what answers at an address; asked once for each study."""

    def __init__(self, source: str | None, data: Path | None, stack: ExitStack) -> None:
        self._files: FoundFiles | None = None
        self._client: BlockingClient | None = None
        self._base = source or ""
        if source is not None and "://" in source:
            peer_address("--source", source, "http", "https")
            self._client = _client(source, data, stack)
        elif source is not None:
            if not Path(source).exists():
                raise UsageError(f"--source: there is no '{source}'.", hint="Name a URL, a folder or a file.")
            self._files = read_instances([Path(source)])

    def study_of(self, document: KosDocument) -> Study | None:
        """The study that the document is of; None where nothing is to be asked, or nothing to ask for."""
        uid = document.root.text("StudyInstanceUID") if document.root else None
        if uid is None or (self._client is None and self._files is None):
            return None
        return self._found(uid) or _nothing(uid)

    def _found(self, uid: str) -> Study | None:

        if self._client is not None:
            return fetch_study(self._client, self._base, uid)
        headers = self._files.of_study(uid) if self._files else ()
        return summarise(headers) if headers else None


def _nothing(uid: str) -> Study:
    """A study of which the source has no instance."""
    return Study(header=StudyHeader(study_instance_uid=uid), series=())


def _client(url: str, data: Path | None, stack: ExitStack) -> BlockingClient:

    spool = stack.enter_context(tempfile.TemporaryDirectory(prefix="xdsi-sim-"))
    return stack.enter_context(outside_client(Path(spool), certificates_for(url, data)))
