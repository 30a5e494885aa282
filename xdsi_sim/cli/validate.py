"""`xdsi-sim validate`: saved messages held against all rules, without any actor."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from xdsi_sim.cli.conventions import COULD_NOT_RUN, FINDINGS, GOOD
from xdsi_sim.cli.options import JsonOption
from xdsi_sim.errors import UsageError

if TYPE_CHECKING:
    from xdsi_sim.inspector.sources import Source
    from xdsi_sim.inspector.validation import Validated
    from xdsi_sim.judging.judged import Asked
    from xdsi_sim.vocab import Transaction

__all__ = ["validate"]

_STANDARD_INPUT: Final = "-"
_MANY: Final = 20  # files, from which on one wants to know how far it is


def validate(
    files: Annotated[
        list[str], typer.Argument(metavar="FILE...", help="Saved messages; - is standard input.")
    ],
    transaction: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="They are of this transaction, whatever they look like: ITI-57."),
    ] = None,
    request: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="The request of the answers, to hold them against it."),
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Judge as a strict actor; warnings count as errors.")
    ] = False,
    json_: JsonOption = False,
) -> None:
    """Say what is wrong with saved messages, with rule, line and column.

    A file is an HTTP capture, a SOAP envelope, the element of a Body alone, HL7 v2, a resource of FHIR
    (a bundle of ITI-65, a DocumentReference), or a ZIP of `xdsi-sim log export`, in
    which answers are held against their requests.

    Exit code 1: errors were found; 3: a file could not be read.

    Example: xdsi-sim validate answer.http --request request.http
    """
    said = _transaction(transaction)
    asked = None if request is None else _request(request, said)
    told: _Facts | _Lines = _Facts() if json_ else _Lines()
    for file in told.watched(files):
        for name, read in _read(file, said, asked, strict=strict):
            told.tell(name, read)
    told.end()
    if told.unread:
        raise typer.Exit(COULD_NOT_RUN)
    wrong = told.counts["error"] + (told.counts["warning"] if strict else 0)
    raise typer.Exit(FINDINGS if wrong else GOOD)


class _Counted:
    """How many of what there were so far."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.messages = 0
        self.unread = 0

    def count(self, read: Validated | str) -> None:
        """One message by the levels of its findings; a text is why one could not be read."""
        if isinstance(read, str):
            self.unread += 1
            return
        self.messages += 1
        self.counts.update(result.level for result in read.results)


class _Lines(_Counted):
    """Tells people, a file at a time; with a bar where there are many and somebody looks."""

    def __init__(self) -> None:
        from xdsi_sim.scenario.printing import console

        super().__init__()
        self._output = console()

    def watched(self, files: list[str]) -> Iterable[str]:
        """The files, with a bar while they are read where there are many."""
        if len(files) < _MANY or not self._output.is_terminal:
            return files
        from rich.progress import track

        return track(files, "Reading", console=self._output, transient=True)

    def tell(self, file: str, read: Validated | str) -> None:
        """Print what was found in one message, or why it could not be read."""
        from xdsi_sim.inspector.validation import print_unread, print_validated

        self.count(read)
        if isinstance(read, str):
            print_unread(self._output, file, read)
        else:
            print_validated(self._output, read)

    def end(self) -> None:
        """Print the sums."""
        from xdsi_sim.inspector.validation import summary_text

        self._output.print(f"\n{summary_text(self.counts, self.messages, self.unread)}")


class _Facts(_Counted):
    """Tells programs: one JSON document at the end."""

    def __init__(self) -> None:
        super().__init__()
        self._files: list[dict[str, Any]] = []

    def watched(self, files: list[str]) -> Iterable[str]:
        """The files as they are: programs look at no bar."""
        return files

    def tell(self, file: str, read: Validated | str) -> None:
        """Keep what was found in one message, or why it could not be read."""
        from xdsi_sim.inspector.validation import facts_of

        self.count(read)
        self._files.append({"file": file, "unread": read} if isinstance(read, str) else facts_of(read))

    def end(self) -> None:
        """Print the document."""
        from xdsi_sim.inspector.validation import LEVELS

        counts = {level: self.counts[level] for level in LEVELS}
        summary = {"messages": self.messages, "unread": self.unread, **counts}
        print(json.dumps({"files": self._files, "summary": summary}))


def _transaction(name: str | None) -> Transaction | None:
    from xdsi_sim.soap.known import named
    from xdsi_sim.vocab import TRANSACTIONS

    found = None if name is None else named(name)
    if name is not None and found is None:
        near = get_close_matches(name.upper(), TRANSACTIONS, n=1)
        hint = f"Did you mean '{near[0]}'?" if near else f"Known are {', '.join(TRANSACTIONS)}."
        raise UsageError(f"--transaction: unknown transaction '{name}'.", hint=hint)
    return found


def _request(file: str, said: Transaction | None) -> Asked:
    from xdsi_sim.inspector.validation import request_of

    asked = request_of(_data(file), said)
    if asked is None:
        raise UsageError(f"--request: '{file}' is no request that can be read.")
    return asked


def _data(file: str) -> bytes:
    return sys.stdin.buffer.read() if file == _STANDARD_INPUT else Path(file).read_bytes()


def _read(
    file: str, said: Transaction | None, asked: Asked | None, *, strict: bool
) -> Iterator[tuple[str, Validated | str]]:
    """Each message of a file with what was found in it, or with why it could not be read."""
    from xdsi_sim.inspector.sources import sources_in
    from xdsi_sim.soap.saved import Unrecognised

    try:
        for source in sources_in(file, _data(file)):
            yield source.name, _judge(source, said, asked, strict=strict)
    except OSError as error:
        yield file, error.strerror or str(error)
    except Unrecognised as error:
        yield file, str(error)


def _judge(source: Source, said: Transaction | None, asked: Asked | None, *, strict: bool) -> Validated | str:
    from xdsi_sim.inspector.validation import request_of
    from xdsi_sim.inspector.validation import validate as judge
    from xdsi_sim.soap.saved import Unrecognised

    try:
        if asked is None and source.request is not None:
            asked = request_of(source.request, said)
        return judge(source.name, source.data, transaction=said, asked=asked, strict=strict)
    except Unrecognised as error:
        return str(error)
