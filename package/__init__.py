"""Makes what SCF runs: `python -m package`."""
