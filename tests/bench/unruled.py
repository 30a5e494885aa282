"""The command, with actors that judge nothing: what the rules cost is the difference."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from xdsi_sim.cli import main
from xdsi_sim.rules.transactions import RULESETS

for name, ruleset in RULESETS.items():
    RULESETS[name] = replace(
        ruleset, submission=(), objects=dict.fromkeys(ruleset.objects, ()), registration=(), provision=()
    )

if __name__ == "__main__":
    main()
