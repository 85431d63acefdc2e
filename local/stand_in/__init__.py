"""What the stand-ins have in common: where they listen, faults, a record of calls, rates, credentials."""
