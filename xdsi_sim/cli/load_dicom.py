"""DICOM files into the imaging source of a data folder, and manifests of their studies where asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from xdsi_sim.cli.conventions import FINDINGS, GOOD, Stack
from xdsi_sim.errors import UsageError

if TYPE_CHECKING:
    from xdsi_sim.dicom.media import Arrival
    from xdsi_sim.dicom.study import Study
    from xdsi_sim.store.instances import Loaded
    from xdsi_sim.topology.model import Listen, Topology

__all__ = ["load_dicom"]


@dataclass(frozen=True, slots=True)
class _Job:
    """What is to be loaded, and where."""

    data: Path
    source: str
    files: tuple[Arrival, ...]
    quiet: bool
    mhd: str | None = None
    """The FHIR face that manifests are published to, if not by SOAP."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What is told of one study."""

    studyInstanceUID: str
    description: str
    modalities: tuple[str, ...]
    series: int
    instances: int
    publication: str | None = None
    """`published`, `unchanged`, `withdrawn`, or `failed`; None where nothing was to be published."""
    manifest: str | None = None
    """uniqueId of the manifest that stands."""
    trouble: str | None = None
    viewer: str | None = None
    """Where the viewer of the topology shows it, while the actors run."""


def load_dicom(
    paths: Sequence[Path],
    *,
    data: Path,
    topology: Topology,
    source: str | None,
    publish: bool,
    stack: Stack | None,
    listen: Listen | None,
    json_: bool,
) -> None:
    """Load, publish if so asked, tell what came of it, and leave with the exit code.

    Raises UsageError for a stack by which the source cannot publish.
    """
    from xdsi_sim.dicom.media import arrivals

    chosen = _source(topology, source)
    mhd = _face(topology, chosen, stack, publish=publish)
    job = _Job(data, chosen, tuple(arrivals(paths)), quiet=json_, mhd=mhd)
    loaded, told = _published(job, topology, listen) if publish else _loaded(job, topology)
    told = _with_links(told, job.source, topology.viewer_at(listen or topology.listen))
    if json_:
        print(json.dumps(_as_json(job.source, loaded, told)))
    else:
        _print(job.source, loaded, told)
    failed = any(not broken.stray for broken in loaded.broken) or any(study.trouble for study in told)
    raise typer.Exit(FINDINGS if failed else GOOD)


def _source(topology: Topology, id: str | None) -> str:
    """The source that is meant; raises UsageError where it is not there, or one of several."""
    ids = [source.id for community in topology.communities for source in community.sources]
    if id is None and len(ids) == 1:
        return ids[0]
    if id not in ids:
        known = f"Known: {', '.join(ids) or 'none'}."
        raise UsageError(f"--source: {'which one?' if id is None else f'no source {id!r}.'}", hint=known)
    return id


def _face(topology: Topology, source: str, stack: Stack | None, *, publish: bool) -> str | None:
    """The FHIR face that gets the manifests; None where they go by SOAP. Raises UsageError."""
    if stack is None:
        return None
    if not publish:
        raise UsageError("--stack says how manifests are published: --publish has to be there.")
    if stack is Stack.XCA_I:
        raise UsageError("--stack xca-i does not publish, it asks other communities.", hint="xds-i or mhd.")
    community = topology.find(source).community
    if stack is Stack.MHD and community.mhd is None:
        raise UsageError(f"--stack mhd: community {community.id} of {source} has no FHIR face, `mhd`.")
    return community.mhd.id if stack is Stack.MHD and community.mhd is not None else None


def _loaded(job: _Job, topology: Topology) -> tuple[Loaded, list[_Told]]:
    with _store(job, topology) as store:
        loaded = _added(store, job)
        return loaded, [_told(uid, store.study(uid), {}) for uid in _studies(loaded)]


@contextmanager
def _store(job: _Job, topology: Topology) -> Iterator[Any]:
    """The store of the source; the actors run for one with an archive behind it, which is asked by them."""
    if getattr(topology.find(job.source).actor, "backend", None) is not None:
        from xdsi_sim.topology.build import start
        from xdsi_sim.topology.listen import Listen

        with start(topology, job.data, Listen("127.0.0.1", 0)) as running:
            yield running.store_of(job.source)
        return
    from xdsi_sim.store.instances import SqliteInstanceStore

    with closing(SqliteInstanceStore(job.data / job.source)) as opened:
        yield opened


def _published(job: _Job, topology: Topology, listen: Listen | None) -> tuple[Loaded, list[_Told]]:
    """The actors run while that lasts: what a source publishes goes over the wire."""
    from xdsi_sim.ids import new_token
    from xdsi_sim.scenario.stage import Stage
    from xdsi_sim.topology.build import start

    with start(topology, job.data, listen) as running:
        store, stage = running.store_of(job.source), Stage.on(running, new_token(), Path())
        loaded = _added(store, job)
        settled = {uid: _settled(job, uid, stage) for uid in _studies(loaded)}
        return loaded, [_told(uid, store.study(uid), publication) for uid, publication in settled.items()]


def _settled(job: _Job, uid: str, stage: Any) -> Mapping[str, str | None]:
    """What became of the manifest of a study."""
    from xdsi_sim.scenario.stage import StepFailed
    from xdsi_sim.scenario.steps.publish import Publish, play

    try:
        outcome = play(Publish(source=job.source, studies=[uid], mhd=job.mhd), stage)
    except StepFailed as error:
        return {"publication": "failed", "trouble": str(error)}
    failed = [answer.as_observed for answer in outcome.answers if answer.status != "Success"]
    if failed:
        return {"publication": "failed", "trouble": "; ".join(failed)}
    manifests = outcome.value["manifests"]
    if not manifests:
        return {"publication": "withdrawn"}
    return {"publication": "published" if outcome.answers else "unchanged", "manifest": manifests[0].uniqueId}


def _added(store: Any, job: _Job) -> Loaded:
    sizes = {file.path: file.content.size for file in job.files}
    with _progress(sum(sizes.values()), quiet=job.quiet) as advance:
        loaded: Loaded = store.add_all(job.files, lambda path: advance(sizes[path]))
    return loaded


@contextmanager
def _progress(total: int, *, quiet: bool) -> Iterator[Any]:
    """Show on a terminal how far it has come, in octets."""
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    from xdsi_sim.scenario.printing import console

    output = console()
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(
        *columns, console=output, transient=True, disable=quiet or not output.is_terminal
    ) as progress:
        task = progress.add_task("Loading", total=total)
        yield lambda octets: progress.advance(task, octets)


def _studies(loaded: Loaded) -> tuple[str, ...]:
    return tuple(dict.fromkeys(image.studyInstanceUID for image in loaded.instances))


def _told(uid: str, study: Study | None, publication: Mapping[str, str | None]) -> _Told:
    return _Told(
        studyInstanceUID=uid,
        description=(study.header.description or "") if study is not None else "",
        modalities=study.modalities if study is not None else (),
        series=len(study.series) if study is not None else 0,
        instances=len(study.instances) if study is not None else 0,
        **publication,
    )


def _with_links(told: list[_Told], source: str, viewer: str | None) -> list[_Told]:
    from xdsi_sim.dicomweb.ohif import study_link

    if viewer is None:
        return told
    links = {study.studyInstanceUID: study_link(viewer, source, [study.studyInstanceUID]) for study in told}
    return [
        replace(study, viewer=links[study.studyInstanceUID]) if study.instances else study for study in told
    ]


def _as_json(source: str, loaded: Loaded, told: Sequence[_Told]) -> dict[str, Any]:
    broken = [(one.stray, {"file": str(one.path), "why": str(one.error)}) for one in loaded.broken]
    return {
        "source": source,
        "instances": len(loaded.instances),
        "studies": list(map(asdict, told)),
        "broken": [file for stray, file in broken if not stray],
        "skipped": [file for stray, file in broken if stray],
    }


def _print(source: str, loaded: Loaded, told: Sequence[_Told]) -> None:
    from xdsi_sim.scenario.printing import console, print_table
    from xdsi_sim.scenario.reports.wording import plural

    output = console()
    broken = [one for one in loaded.broken if not one.stray]
    if broken:
        rows = [(str(one.path), str(one.error)) for one in broken]
        print_table(output, "Not loaded", ("File", "Why"), rows)
    if told:
        columns = ("Study", "Description", "Modalities", "Series", "Instances", "Manifest")
        print_table(output, f"Studies of {source}", columns, map(_row, told))
    for study in filter(lambda study: study.viewer, told):
        output.print(f"While the actors run, {study.viewer} shows study {study.studyInstanceUID}.")
    skipped = len(loaded.broken) - len(broken)
    taken = f"{plural(len(loaded.instances), 'instance')} of {plural(len(told), 'study', 'studies')}"
    others = f", {plural(skipped, 'other file')} skipped" if skipped else ""
    output.print(f"{taken} loaded into {source}, {len(broken)} refused{others}.")


def _row(study: _Told) -> tuple[str, ...]:
    manifest = ": ".join(filter(None, (study.publication, study.trouble or study.manifest)))
    counts = (str(study.series), str(study.instances))
    return study.studyInstanceUID, study.description, "/".join(study.modalities), *counts, manifest
