"""`load`: DICOM studies come into the instance store of an imaging source, as a modality would bring them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Annotated, Final

from pydantic import AfterValidator, Field, model_validator

from xdsi_sim.actors.ports import StoredImage
from xdsi_sim.dicom.media import arrivals
from xdsi_sim.dicom.samples import ROOT, SAMPLES, write_sample
from xdsi_sim.dicom.study import Study, once
from xdsi_sim.scenario.images import Image, image_of
from xdsi_sim.scenario.kind import FileName, SourceId, StepKind
from xdsi_sim.scenario.record import Check
from xdsi_sim.scenario.stage import Outcome, Stage, details_of, listed, plural
from xdsi_sim.topology.checked import Checked, did_you_mean, wrong

__all__ = ["LOAD", "Load", "described", "root_of"]

_NEW: Final = "new"


def _a_sample(name: str) -> str:
    if "${" not in name and name not in SAMPLES:
        raise wrong(f"no sample study '{name}'.", hint=did_you_mean(name, SAMPLES))
    return name


class Load(Checked):
    """What to load, and where."""

    source: SourceId
    samples: tuple[Annotated[str, AfterValidator(_a_sample)], ...] = ()
    """Studies of invented patients that xdsi-sim makes, by name."""
    paths: Annotated[tuple[str, ...], FileName()] = ()
    """DICOM files, DICOMDIRs, and folders or zip archives of them."""
    first: Annotated[int, Field(ge=1)] | None = None
    """How many instances of each sample; absent, all."""
    accession: str | None = None
    """The accession number of samples in place of their own; who has issued it stays."""

    root: str | None = None
    """Root of the UIDs of samples in place of their own: `new` is one that nobody has used before."""

    @model_validator(mode="after")
    def _has_something_to_load(self) -> Load:
        if not self.samples and not self.paths:
            raise wrong("there is nothing to load.", hint="Name samples, paths, or both.")
        at = next((key for key in ("first", "accession", "root") if getattr(self, key)), None)
        if not self.samples and at is not None:
            raise wrong("only samples are shortened or changed", at=(at,), at_key=True)
        return self


@dataclass(frozen=True)
class _Taken:
    """What the source has taken in."""

    studies: tuple[Study, ...]
    instances: tuple[StoredImage, ...]
    root: str
    """Of the UIDs of samples, for a later step."""

    @cached_property
    def images(self) -> tuple[Image, ...]:
        """The instances as they came, to be compared with what is fetched."""
        return tuple(image_of(instance.content) for instance in self.instances)


def play(load: Load, stage: Stage) -> Outcome:
    """Store the files; gives the studies that they belong to."""
    store, root = stage.running.store_of(load.source), root_of(load, stage)
    with tempfile.TemporaryDirectory(prefix="xdsi-sim-") as folder:
        samples = (path for name in load.samples for path in _sample_files(load, name, root, Path(folder)))
        loaded = store.add_all(chain(samples, arrivals(stage.folder / path for path in load.paths)))
    studies = _studies(stage, load.source, once(item.studyInstanceUID for item in loaded.instances))
    return Outcome(
        text=f"{plural(len(loaded.instances), 'instance')} of {plural(len(studies), 'study', 'studies')}",
        value=_Taken(studies, loaded.instances, root),
        count=len(loaded.instances),
        details=details_of({"Studies": listed([described(study) for study in studies])}),
        checks=tuple(
            Check(text=f"{broken.path.name} is a DICOM file", ok=False, observed=str(broken.error))
            for broken in loaded.broken
            if not broken.stray
        ),
    )


def root_of(load: Load, stage: Stage) -> str:
    """Of the UIDs of its samples."""
    return stage.new_uid() if load.root == _NEW else load.root or ROOT


def _sample_files(load: Load, name: str, root: str, folder: Path) -> Iterator[Path]:
    yield from write_sample(name, folder / name, root=root, accession=load.accession)[: load.first]


def _studies(stage: Stage, source: str, uids: tuple[str, ...]) -> tuple[Study, ...]:
    store = stage.running.store_of(source)
    return tuple(study for uid in uids if (study := store.study(uid)) is not None)


def described(study: Study) -> str:
    """A study in a few words."""
    return f"{study.header.description or 'study'} ({'/'.join(study.modalities)})"


LOAD: Final = StepKind(key="load", parameters=Load, play=play, counts="instances")
