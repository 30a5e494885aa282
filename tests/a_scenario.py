"""Scenarios on a topology of their own: written to a file, started on free ports, played."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from xdsi_sim.scenario.loader import load_scenario
from xdsi_sim.scenario.making import Stop
from xdsi_sim.scenario.record import RunRecord
from xdsi_sim.scenario.runner import Audience, play
from xdsi_sim.topology.build import start
from xdsi_sim.topology.model import Listen

HEAD = """\
name: trial
title: A trial
topology: central
steps:
"""

POINT_TO_POINT = HEAD.replace("central", "point-to-point")

LOADED = "  - {name: load, load: {source: pacs-north, samples: [cr-chest]}, save: loaded}\n"

FOUND = """\
  - {name: publish, publish: {source: pacs-north}, save: published}
  - name: find
    query:
      consumer: workstation
      registry: registry
      query: FindDocuments
      parameters: {patientId: "${published.manifests[0].patientId}", status: [Approved]}
    save: found
"""
"""What is loaded is published, and found."""

PUBLISHED = LOADED + FOUND


def write(folder: Path, steps: str, head: str = HEAD) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / "trial.yaml"
    path.write_text(head + steps, encoding="utf-8")
    return path


def run(
    folder: Path,
    steps: str,
    audience: Audience | None = None,
    head: str = HEAD,
    tags: Collection[str] = (),
    stop: Stop | None = None,
) -> RunRecord:
    """Play the steps and give the record."""
    loaded = load_scenario(write(folder, steps, head))
    with start(loaded.topology, folder / "data", Listen("127.0.0.1", 0)) as running:
        return play(loaded, running, audience, tags=tags, stop=stop)


def between_two(folder: Path, *steps: str) -> RunRecord:
    """Play steps on a source and its recipients, once it has images."""
    return run(folder, LOADED + "".join(steps), head=POINT_TO_POINT)
