"""Registries of any size, filled with the submissions of made-up patients.

Patients come in blocks of a thousand with ten thousand entries. Of a block, 500 patients have 3 entries, 300
have 8, 180 have 20 and 20 have 125: most people have few studies, and some have very many. Every block is
like every other: a registry of a million entries (100 blocks) answers the same questions as one of ten
thousand (1 block), and what grows is the registry alone.

    python tests/bench/registry.py 100 --data build/million

makes the registry of a million entries for `xdsi-sim up central --data build/million`, which takes some
minutes. Without --data the submissions are written to standard output, one on each line, as
`xdsi-sim load --metadata` takes them.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.bench.messages import DOCUMENT_UUID, LINK_UUID, MARK, SET_UUID, submission
from xdsi_sim.ebrim.writer import write_object
from xdsi_sim.store.opening import Share
from xdsi_sim.store.registry import SqliteRegistryStore
from xdsi_sim.topology.bulk_work import load_requests
from xdsi_sim.topology.loader import find_topology, load_topology
from xdsi_sim.topology.saved import Saved
from xdsi_sim.topology.settings import registry_of
from xdsi_sim.vocab import NS

__all__ = ["ENTRIES", "PATIENTS", "block", "fill", "patient_id", "submit_objects"]

_SHARES: Final = ((500, 3), (300, 8), (180, 20), (20, 125))
"""Patients of a block, and the entries of each."""
PATIENTS: Final = sum(patients for patients, _ in _SHARES)
ENTRIES: Final = sum(patients * entries for patients, entries in _SHARES)
_MOST: Final = 100  # entries of one submission
_PROCESSES: Final = 2
_PATIENT: Final = "PATIENT"


def _templates() -> tuple[bytes, bytes, bytes]:
    """SubmissionSet, DocumentEntry and Association as ebRIM, with marks."""
    objects = submission(_PATIENT).submission.objects
    (entry,), (set_,), (link,) = objects.documentEntries, objects.submissionSets, objects.associations
    entry = replace(entry, repositoryUniqueId="2.999.10.3", hash="0" * 40, size="4096")
    return write_object(set_), write_object(entry), write_object(link)


_SET, _ENTRY, _LINK = _templates()
_OPEN: Final = (
    f'<lcm:SubmitObjectsRequest xmlns:lcm="{NS.LCM}"><rim:RegistryObjectList xmlns:rim="{NS.RIM}">'.encode()
)
_CLOSE: Final = b"</rim:RegistryObjectList></lcm:SubmitObjectsRequest>"


def patient_id(number: int) -> str:
    """The id of a patient, from 0."""
    return f"B{number:07}^^^&2.999.10.1&ISO"


def submit_objects(number: int, patient: str, entries: int) -> bytes:
    """A SubmitObjectsRequest of its own, in one line; `number` tells it from all others."""
    told = _PATIENT.encode(), patient.replace("&", "&amp;").encode()
    set_uuid = b"urn:uuid:%08x-0000-4000-8000-000000000000" % number
    parts = [_OPEN, _SET.replace(SET_UUID, set_uuid).replace(MARK, b"%016d" % number).replace(*told)]
    links = []
    for at in range(1, entries + 1):
        uuid, link = (b"urn:uuid:%08x-%04x-4000-8000-%012x" % (number, kind, at) for kind in (1, 2))
        entry = _ENTRY.replace(DOCUMENT_UUID, uuid).replace(MARK, b"%012d%04d" % (number, at))
        parts.append(entry.replace(*told))
        links.append(_LINK.replace(LINK_UUID, link).replace(SET_UUID, set_uuid).replace(DOCUMENT_UUID, uuid))
    return b"".join((*parts, *links, _CLOSE))


def block(number: int) -> Iterator[bytes]:
    """The submissions of one block of patients."""
    patient = number * PATIENTS
    submissions = number * 2 * PATIENTS  # more than a block has
    for patients, entries in _SHARES:
        for _ in range(patients):
            for start in range(0, entries, _MOST):
                yield submit_objects(submissions, patient_id(patient), min(_MOST, entries - start))
                submissions += 1
            patient += 1


def fill(data: Path, blocks: int) -> None:
    """Fill the registry of a data folder of `central`, by all its rules, in two processes."""
    with closing(SqliteRegistryStore(data / "registry", Share.FIRST)):
        spawn = multiprocessing.get_context("spawn")
        workers = [
            spawn.Process(target=_fill, args=(data, range(which, blocks, _PROCESSES)))
            for which in range(min(_PROCESSES, blocks))
        ]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
            if worker.exitcode:
                raise RuntimeError("a process that fills the registry has failed")


def _fill(data: Path, blocks: range) -> None:
    with closing(SqliteRegistryStore(data / "registry", Share.JOINING)) as store:
        registry = registry_of(load_topology(find_topology("central")).find("registry"), store)
        saved = (Saved(Path("made"), None, one) for number in blocks for one in block(number))
        for judged in load_requests(registry, enumerate(saved)):
            if judged.errors:
                raise RuntimeError(f"submission {judged.number} was refused: {judged.errors[0]}")


def main() -> None:
    """Fill a data folder, or write the submissions."""
    parser = argparse.ArgumentParser(description="A registry of so many thousand patients.")
    parser.add_argument("blocks", type=int, help=f"each of {PATIENTS:,} patients with {ENTRIES:,} entries")
    parser.add_argument("--data", type=Path, help="fill the registry of this data folder")
    asked = parser.parse_args()
    if asked.data is None:
        for number in range(asked.blocks):
            sys.stdout.buffer.writelines(line + b"\n" for line in block(number))
        return
    began = time.perf_counter()
    fill(asked.data, asked.blocks)
    took = time.perf_counter() - began
    print(
        f"{asked.blocks * ENTRIES:,} entries in {took:.0f} s, {asked.blocks * ENTRIES / took:,.0f} a second"
    )


if __name__ == "__main__":
    main()
