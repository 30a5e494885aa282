from __future__ import annotations

import json

from a_tls_peer import Workshop

from xdsi_sim.tls.described import describe
from xdsi_sim.tls.doctor import Diagnosis, Step
from xdsi_sim.tls.report import diagnosis_document, diagnosis_lines, facts_document


def a_diagnosis(certificates: Workshop) -> Diagnosis:
    steps = (
        Step(name="TCP", good=True, text="takes connections"),
        Step(name="host", good=False, text="another name", remedy="Use its name."),
    )
    chain = (describe(certificates.authority.certificate),)
    return Diagnosis(url="https://h/", steps=steps, chain=chain)


def test_people_read_steps_chain_verdict_and_remedy(certificates: Workshop) -> None:
    lines = list(diagnosis_lines(a_diagnosis(certificates)))
    assert lines[0].split() == ["ok", "TCP", "takes", "connections"]
    assert "Certificate 1 of 1 as received" in lines
    assert lines[-2:] == ["Verdict: host: another name.", "Remedy: Use its name."]


def test_programs_read_the_same(certificates: Workshop) -> None:
    document = json.loads(json.dumps(diagnosis_document(a_diagnosis(certificates))))
    assert (document["good"], document["verdict"]) == (False, "host: another name")
    assert document["steps"][1]["remedy"] == "Use its name."
    facts = facts_document(describe(certificates.authority.certificate))
    assert document["chain"] == [json.loads(json.dumps(facts))]
