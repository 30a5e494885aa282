"""Actors whose disk fails: what was acknowledged is whole, what was refused is absent, and they go on."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any, Final

import pytest
from a_domain import FILE, everything, provision, response_of
from submissions import PATIENT
from wire import message, post, send

from xdsi_sim.messages.remove import RemoveDocumentsRequest, RemoveObjectsRequest
from xdsi_sim.messages.response import RegistryResponse, status_name
from xdsi_sim.messages.retrieve import DocumentRequest, RetrieveDocumentSetRequest
from xdsi_sim.messages.submit import SubmitObjectsRequest

TESTS = Path(__file__).parent
FAULTY: Final = ("-u", str(TESTS / "a_faulty_disk.py"), "--no-log")
SMALL, LARGE = b"text", os.urandom(100_000)
ALL: Final = 1_000_000
TROUBLES: Final = {
    f"XDS{who}{what}" for who in ("Registry", "Repository") for what in ("Error", "OutOfResources")
}
KNOWN_SET: Final = "XDSDuplicateUniqueIdInRegistry"


class Actors:
    """Registry and repository in a process of their own, on a disk that can be told to fail."""

    def __init__(self, folder: Path, *program: str, before: tuple[str, ...] = ()) -> None:
        path = folder / "domain.yaml"
        path.write_text(FILE, encoding="utf-8")
        options = ("--json", "--listen", "127.0.0.1:0", "--data", str(folder / "data"))
        self.process = subprocess.Popen(
            [*before, sys.executable, *program[:2], "up", str(path), *options, *program[2:]],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(TESTS.parent)},
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self._in, self._out = self.process.stdin, self.process.stdout
        told = json.loads(self._out.readline())
        self.urls = {actor["id"]: actor["url"] for actor in told["actors"]}

    def tell(self, *words: object) -> int:
        print(*words, file=self._in, flush=True)
        answer: int = json.loads(self._out.readline())
        return answer

    def ask(self, actor: str, transaction: str, value: object) -> RegistryResponse:
        url = self.urls[actor]
        answer = send(url, post(url, *message(url, transaction, value)))
        assert answer.status == 200, answer.body
        return response_of(answer)

    def end(self, how: signal.Signals) -> int:
        self.process.send_signal(how)
        code = self.process.wait(timeout=30)
        self._in.close()
        self._out.close()
        return code


@contextmanager
def running(folder: Path, *program: str, before: tuple[str, ...] = ()) -> Iterator[Actors]:
    """A program that takes the arguments of `xdsi-sim`, in two words, with more of its options."""
    actors = Actors(folder, *program, before=before)
    try:
        yield actors
    finally:
        if actors.process.poll() is None:
            actors.end(signal.SIGKILL)


class Books:
    """What must be there, by what the actors have said."""

    def __init__(self, actors: Actors) -> None:
        self.actors = actors
        self.registered: set[int] = set()
        self.documents: set[int] = set()
        self.numbers: list[int] = []
        self._fresh = count(1)  # for several threads

    def new(self) -> int:
        number = next(self._fresh)
        self.numbers.append(number)
        return number

    # --- what is done, each once; gives the number of its document

    def provide(self, content: bytes, set_: str | None = None) -> int:
        """By ITI-41; with the uniqueId of a set that is known, the registry refuses it."""
        number = self.new()
        request = provision(number, content)
        if set_ is not None:
            objects = request.submission.objects
            sets = tuple(replace(value, uniqueId=set_) for value in objects.submissionSets)
            request = replace(
                request, submission=SubmitObjectsRequest(objects=replace(objects, submissionSets=sets))
            )
        if self.accepted(self.actors.ask("repository", "ITI-41", request), KNOWN_SET if set_ else ""):
            self.registered.add(number)
            self.documents.add(number)
        return number

    def register(self) -> int:
        """By ITI-42, without a document."""
        number = self.new()
        objects = provision(number).submission.objects
        entries = tuple(replace(entry, hash="0" * 40, size="4") for entry in objects.documentEntries)
        request = SubmitObjectsRequest(objects=replace(objects, documentEntries=entries))
        if self.accepted(self.actors.ask("registry", "ITI-42", request)):
            self.registered.add(number)
        return number

    def remove_metadata(self, number: int) -> int:
        request = RemoveObjectsRequest(ids=tuple(submissions(self.actors)[number]))
        if self.accepted(self.actors.ask("registry", "ITI-62", request)):
            self.registered.remove(number)
        return number

    def remove_document(self, number: int) -> int:
        request = RemoveDocumentsRequest(requests=(a_document(number),))
        if self.accepted(self.actors.ask("repository", "ITI-86", request), "XDSRemoveDocumentsError"):
            self.documents.remove(number)
        return number

    def accepted(self, response: RegistryResponse, expected: str = "") -> bool:
        """Whether it was; a refusal tells of the disk."""
        codes = {error.errorCode for error in response.errors}
        assert codes <= {*TROUBLES, expected}
        return status_name(response.status) == "Success"

    # --- what is there

    def check(self, *numbers: int) -> None:
        """Of these documents, or of all."""
        asked = numbers or tuple(self.numbers)
        assert self.registered == submissions(self.actors).keys()
        assert retrievable(self.actors, asked) == self.documents & {*asked}


def a_document(number: int) -> DocumentRequest:
    return DocumentRequest(repositoryUniqueId="2.999.1.3", documentUniqueId=f"2.999.2.{number}")


def submissions(actors: Actors) -> dict[int, list[str]]:
    """Ids of set, entry and association, by number of the document; fails where one is not whole."""
    objects = everything(actors.urls["registry"], PATIENT).objects
    sets = {value.entryUUID for value in objects.submissionSets}
    numbers = {
        value.entryUUID: int((value.uniqueId or "").rpartition(".")[2]) for value in objects.documentEntries
    }
    found = {
        numbers[link.targetObject or ""]: [link.entryUUID, link.sourceObject or "", link.targetObject or ""]
        for link in objects.associations
        if link.sourceObject in sets
    }
    assert len(found) == len(sets) == len(numbers) == len(objects.associations)
    return found


def retrievable(actors: Actors, numbers: Sequence[int]) -> set[int]:
    """Those of the documents that come."""
    request = RetrieveDocumentSetRequest(requests=tuple(map(a_document, numbers)))
    url = actors.urls["repository"]
    answer = send(url, post(url, *message(url, "ITI-43", request)))
    assert answer.status == 200
    return {
        number for number in numbers if f">2.999.2.{number}</xds:DocumentUniqueId>".encode() in answer.body
    }


def after_a_crash(registry: Path, copy: Path) -> set[int]:
    """What a registry that ended here and now would find, by number of the document."""
    shutil.rmtree(copy, ignore_errors=True)
    copy.mkdir()
    for name in ("registry.db", "registry.db-wal"):
        shutil.copy(registry / name, copy)
    with closing(sqlite3.connect(copy / "registry.db")) as connection:
        rows = connection.execute("SELECT uniqueId FROM object WHERE kind = 'DocumentEntry'").fetchall()
    return {int(uniqueId.rpartition(".")[2]) for (uniqueId,) in rows}


ACTS: Final[dict[str, tuple[Callable[[Books], object], Callable[[Books, Any], int]]]] = {
    "ITI-41, small": (lambda _books: None, lambda books, _: books.provide(SMALL)),
    "ITI-41, large": (lambda _books: None, lambda books, _: books.provide(LARGE)),
    "ITI-41 that the registry refuses": (
        lambda _books: None,
        lambda books, _: books.provide(LARGE, "2.999.3.100001"),
    ),
    "ITI-42": (lambda _books: None, lambda books, _: books.register()),
    "ITI-62": (lambda books: books.provide(SMALL), lambda books, number: books.remove_metadata(number)),
    "ITI-86": (lambda books: books.provide(LARGE), lambda books, number: books.remove_document(number)),
}
"""What is done before, and what is done while the disk fails."""


@pytest.mark.parametrize(
    ("act", "times"),
    [*((act, 1) for act in ACTS), *((act, ALL) for act in ACTS if act not in ("ITI-41, small", "ITI-42"))],
    ids=lambda value: {1: "once", ALL: "from then on"}.get(value, value),
)
def test_whichever_call_fails_nothing_is_half_and_the_actors_go_on(
    tmp_path: Path, act: str, times: int
) -> None:
    before, during = ACTS[act]
    with running(tmp_path, *FAULTY) as actors:
        books = Books(actors)
        books.provide(SMALL)
        first, seen = 1, 1
        while first <= seen:
            ready = before(books)
            actors.tell("fail", first, times)
            number = during(books, ready)
            if times == 1:
                assert after_a_crash(tmp_path / "data" / "registry", tmp_path / "copy") == books.registered
            seen = actors.tell("mend")
            books.check(number)
            first += 1
        assert first > 5
        books.provide(LARGE)
        books.check()
        assert books.provide(SMALL) in books.documents
        actors.end(signal.SIGKILL)
    with running(tmp_path, *FAULTY) as actors:
        books.actors = actors
        books.check()
        assert actors.end(signal.SIGTERM) == 0


def test_of_many_at_once_each_is_told_what_became_of_its_own(tmp_path: Path) -> None:
    with running(tmp_path, *FAULTY) as actors, ThreadPoolExecutor(4) as pool:
        books = Books(actors)
        known = provision(books.provide(SMALL)).submission.objects.submissionSets[0].uniqueId
        for first in range(1, 150, 15):
            actors.tell("fail", first, 10)
            begun = [
                pool.submit(books.provide, LARGE if number % 3 else SMALL, known if number == 4 else None)
                for number in range(8)
            ] + [pool.submit(books.register) for _ in range(8)]
            for each in begun:
                each.result()
            assert actors.tell("mend") > first
            books.check()
        assert len(books.documents) > 1
        actors.end(signal.SIGKILL)
    with running(tmp_path, *FAULTY) as actors:
        books.actors = actors
        books.check()


# --- a disk that is full

SIZE: Final = 8 << 20
IN_A_SMALL_DISK: Final = ("unshare", "--user", "--map-root-user", "--mount", "sh", "-c")
"""Runs a command in a mount namespace of its own, which needs no rights where the system allows it at all."""


def can_mount(folder: Path) -> bool:
    try:
        done = subprocess.run(
            [*IN_A_SMALL_DISK, f"mount -t tmpfs tmpfs {folder}"], capture_output=True, check=False
        )
    except FileNotFoundError:
        return False
    return done.returncode == 0


@pytest.mark.parametrize("log", [("--no-log",), ()], ids=["no log", "with a log"])
def test_a_full_disk_is_told_and_what_follows_is_taken_when_there_is_space_again(
    tmp_path: Path, log: tuple[str, ...]
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    if not can_mount(data):
        pytest.skip("no file systems can be mounted here")
    mount = f'mount -t tmpfs -o size={SIZE} tmpfs {data} && exec "$@"'
    with running(tmp_path, "-m", "xdsi_sim", *log, before=(*IN_A_SMALL_DISK, mount, "sh")) as actors:
        books = Books(actors)
        for content in (SMALL, LARGE):
            books.provide(content)
        inside = Path(f"/proc/{actors.process.pid}/root{data}")
        ballast = inside / "ballast"
        ballast.write_bytes(bytes(SIZE - used(inside) - 2_000_000))
        for content in (LARGE, SMALL):
            refused = [books.provide(content) for _ in range(200)]
            assert len(books.documents) < len(books.numbers)
            books.check(*refused[-3:])
        ballast.unlink()
        for content in (LARGE, SMALL):
            assert books.provide(content) in books.documents
        books.check()
        assert actors.end(signal.SIGTERM) == 0


def test_who_starts_on_a_full_disk_is_told_so(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (tmp_path / "domain.yaml").write_text(FILE, encoding="utf-8")
    if not can_mount(data):
        pytest.skip("no file systems can be mounted here")
    full = f'mount -t tmpfs -o size=64k tmpfs {data} && (head -c 99999 /dev/zero > {data}/ballast; exec "$@")'
    program = (sys.executable, "-m", "xdsi_sim", "up", str(tmp_path / "domain.yaml"), "--data", str(data))
    done = subprocess.run(
        [*IN_A_SMALL_DISK, full, "sh", *program, "--listen", "127.0.0.1:0"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 3
    assert "disk is full" in done.stderr
    assert "other process" not in done.stderr


def used(folder: Path) -> int:
    return sum(path.stat().st_blocks * 512 for path in folder.rglob("*") if path.is_file())
