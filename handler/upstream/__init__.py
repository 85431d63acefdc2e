"""The way out: connections, TLS and whole exchanges in bounded time. Knows no CVM."""
