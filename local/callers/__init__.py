"""People's commands around the callers file: `python -m local.callers --help`."""
