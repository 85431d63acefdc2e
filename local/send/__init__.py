"""Sends keys to the function as an onboarding system would: `python -m local.send --help`."""
