"""`python -m xdsi_sim` is the command `xdsi-sim`."""

from __future__ import annotations

from xdsi_sim.cli import main

if __name__ == "__main__":
    main()
