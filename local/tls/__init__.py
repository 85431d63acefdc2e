"""HTTPS to the stand-ins, as the function really speaks it, without any setting of the function.

The function connects to `https://cvm.tencentcloudapi.com` and trusts the public authorities alone. Two things
make these connections end on this machine: an `Authority` made for the run signs a certificate for that name,
and `route.install`, in the function's process and before its code, sends the name to a port on 127.0.0.1 and
adds the authority to those that are trusted. `local.gateway` does that in every instance (`--route`, `--ca`).
"""

from __future__ import annotations

from local.tls.authority import Authority

__all__ = ["Authority"]
