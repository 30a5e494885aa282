"""Sets T and Q: the tracking itself, and what sites say by QIDO-RS."""

from __future__ import annotations

from collections.abc import Iterator

from xdsi_sim.checklist.checking import check
from xdsi_sim.checklist.observed import Observed
from xdsi_sim.checklist.results import Evidence, NotTested, Point, doubt, good, lack
from xdsi_sim.checklist.sites import compare
from xdsi_sim.checklist.two_level import studies_of

__all__: list[str] = []


@check("T-01", "each row tells what is recommended and how it is found out")
def rows_are_explained(seen: Observed, _: Observed) -> Iterator[Point]:
    """Topic, recommendation and way of checking."""
    for row in seen.rows:
        if not (row.topic and row.recommendation and row.how):
            yield lack(f"{row.id} is not explained")
    yield good(f"{len(seen.rows)} rows")


@check("T-02", "each jurisdiction has its file of answers")
def jurisdictions_are_listed(seen: Observed, _: Observed) -> Iterator[Point]:
    """Those of this run."""
    if not seen.jurisdictions:
        raise NotTested("no file of answers was given")
    for each in seen.jurisdictions:
        if not each.answers:
            yield lack(f"{each.jurisdiction} has answered nothing")
    yield good(", ".join(each.jurisdiction for each in seen.jurisdictions))


@check("T-03", "each jurisdiction has answered each row that only people can tell")
def gaps_are_collected(seen: Observed, _: Observed) -> Iterator[Point]:
    """Rows with a check need no answer."""
    from xdsi_sim.checklist.checking import CHECKS  # noqa: PLC0415  full when all modules are there

    if not seen.jurisdictions:
        raise NotTested("no file of answers was given")
    asked = [row.id for row in seen.rows if row.id not in CHECKS]
    for each in seen.jurisdictions:
        open_ = [id_ for id_ in asked if id_ not in each.answers]
        if len(open_) == len(asked):
            yield lack(f"{each.jurisdiction} has answered none of {', '.join(asked)}")
        elif open_:
            yield doubt(f"{each.jurisdiction} has not answered {', '.join(open_)}")
    yield good(f"{len(asked)} rows are asked")


@check("Q-01", "studies of each site are those that are registered", cites="PS3.18: 10.6")
def sites_agree(seen: Observed, _: Observed) -> Iterator[Point]:
    """A site without QIDO-RS does nothing wrong: its use is optional."""
    answering = [site for site in seen.sites if site.trouble is None]
    if not answering:
        raise NotTested("no site answers by QIDO-RS, which is optional")
    for difference in compare(studies_of(seen.approved), seen.sites):
        at = f" of {difference.site}" if difference.site else ""
        yield lack(f"study {difference.studyInstanceUID}{at} {difference.text}")
    for site in seen.sites:
        if site.trouble is not None:
            yield doubt(f"{site.site} does not answer: {site.trouble}", Evidence(message=site.message))
    told = ", ".join(f"{site.site}: {len(site.studies)} studies" for site in answering)
    yield good(told, Evidence(message=answering[0].message))
