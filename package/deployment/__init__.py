"""What serverless.yml says, as requests to SCF's own API: `python -m package.deployment`.

The command line that reads serverless.yml can no longer be installed everywhere; `tccli scf` can.
"""
