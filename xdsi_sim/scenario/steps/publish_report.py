"""`publish-report`: the report on a study goes to the repository, tied to the manifest by reference ids."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import model_validator

from xdsi_sim.content import BytesContent, Content, FileContent
from xdsi_sim.dicom.imaging_metadata import report_entry
from xdsi_sim.dicom.publisher import REPORT_FORMATS, Report
from xdsi_sim.ids import new_uuid
from xdsi_sim.scenario.kind import FileName, StepKind
from xdsi_sim.scenario.stage import Outcome, Stage
from xdsi_sim.scenario.steps.publishing import Published, Sending, provide, publisher_of, source_of, study_of
from xdsi_sim.topology.checked import wrong

__all__ = ["PUBLISH_REPORT"]

_FORMAT_OF: Final = {".pdf": "pdf", ".txt": "plain", ".xml": "cda"}


class PublishReport(Sending):
    """The report and what it is about."""

    study: str | tuple[str, ...]
    """Study Instance UID, or several: the report is on all of them, and says of the patient what the first
    does."""
    title: str
    text: str | None = None
    """The report itself, or …"""
    file: Annotated[str | None, FileName()] = None
    """… a file with it: `.pdf`, `.txt` or `.xml` (CDA)."""
    radiologist: str | None = None
    """Author, as DICOM writes names: `Family^Given`."""

    @model_validator(mode="after")
    def _has_one_content(self) -> PublishReport:
        if (self.text is None) == (self.file is None):
            raise wrong("a report is given by 'text' or by 'file', one of the two")
        if self.file is not None and self._suffix not in _FORMAT_OF:
            raise wrong(f"'{self.file}' is none of {', '.join(_FORMAT_OF)}", at=("file",))
        return self

    @property
    def _suffix(self) -> str:
        return "." + (self.file or "").rpartition(".")[2].lower()

    @property
    def format(self) -> str:
        """Key of REPORT_FORMATS."""
        return "plain" if self.file is None else _FORMAT_OF[self._suffix]

    def content(self, stage: Stage) -> Content:
        """The octets of the report."""
        if self.file is None:
            return BytesContent((self.text or "").encode())
        return FileContent.of(stage.folder / self.file)


def play(publish: PublishReport, stage: Stage) -> Outcome:
    """Publish one report by ITI-41; it replaces the former one of its title on the study."""
    placed, source = source_of(stage, publish.source)
    uids = (publish.study,) if isinstance(publish.study, str) else publish.study
    study, *others = (study_of(stage, publish.source, uid) for uid in uids)
    report = Report(
        uniqueId=stage.new_uid(),
        format=REPORT_FORMATS[publish.format],
        created=stage.now(),
        title=publish.title,
        radiologist=publish.radiologist,
    )
    publisher = publisher_of(placed, source)
    entry = report_entry(study, report, publisher, entryUUID=new_uuid(), others=others)
    what = f"report {publish.title}"
    answer = provide(stage, publish, entry, publish.content(stage), study=uids[0], what=what)
    published = Published(
        uniqueId=report.uniqueId,
        studyInstanceUID=uids[0],
        patientId=entry.patientId or "",
        entry=entry,
    )
    return Outcome(
        text=f"report '{publish.title}'",
        value={"report": published},
        count=1,
        answers=(answer,),
        details=(("Linked by", ", ".join(entry.referenceIdList)),),
    )


PUBLISH_REPORT: Final = StepKind(
    key="publish-report", parameters=PublishReport, play=play, counts="reports", answers=True
)
