from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from a_scenario import HEAD, write
from a_scenario import run as run_scenario

from xdsi_sim.errors import UsageError
from xdsi_sim.scenario.loader import load_scenario
from xdsi_sim.scenario.record import Verdict

INLINE = HEAD.replace(
    "topology: central\n",
    """\
topology:
  name: domain
  communities:
    - id: c
      homeCommunityId: urn:oid:2.999.1
      patientAuthority: 2.999.1.1
      registry: {id: registry}
      onDemandSources: [{id: summaries, repositoryUniqueId: 2.999.1.4}]
      consumers: [{id: viewer}]
""",
)


run = partial(run_scenario, head=INLINE)


def test_summaries_of_several_patients_are_offered_and_retrieved(tmp_path: Path) -> None:
    steps = """\
  - name: offer
    register-on-demand: {source: summaries, patients: [P1, "P2^^^&2.999.1.1&ISO"]}
    save: offered
    expect: {count: 2, values: {"entries[0].patientId": "P1^^^&2.999.1.1&ISO"}}
  - name: fetch
    retrieve: {consumer: viewer, entries: "${offered.entries}"}
    expect: {count: 2}
"""
    record = run(tmp_path, steps)
    assert record.verdict is Verdict.PASS
    assert record.steps[0].text == "2 documents offered on demand"
    assert dict(record.steps[0].details) == {"Patients": "P1^^^&2.999.1.1&ISO, P2^^^&2.999.1.1&ISO"}
    told = [(each.sender, each.receiver, each.transaction) for each in record.exchanges[:4]]
    assert told == [("summaries", "registry", "ITI-18"), ("summaries", "registry", "ITI-61")] * 2


def test_what_the_registry_says_to_an_offer_is_the_answer_of_the_step(tmp_path: Path) -> None:
    steps = """\
  - name: foreign
    register-on-demand: {source: summaries, patients: "P1^^^&2.999.9&ISO"}
    expect: {status: Failure, errors: [XDSUnknownPatientId]}
"""
    assert run(tmp_path, steps).verdict is Verdict.PASS


def test_what_is_no_patient_id_is_told(tmp_path: Path) -> None:
    record = run(tmp_path, "  - {name: offer, register-on-demand: {source: summaries, patients: 'P1^'}}\n")
    assert record.verdict is Verdict.ERROR
    assert record.steps[0].text.startswith("'P1^' is no patient id: ")


def test_the_source_is_an_on_demand_source(tmp_path: Path) -> None:
    steps = "  - {name: offer, register-on-demand: {source: registry, patients: P1}}\n"
    with pytest.raises(UsageError, match=r"not On-Demand Document Source\. There is summaries"):
        load_scenario(write(tmp_path, steps, INLINE))
