"""CVM: the only place that knows its API, its codes, its messages and its credentials."""
