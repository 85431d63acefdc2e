"""Shows which key pairs there are, through the function: `python -m local.look --help`."""
