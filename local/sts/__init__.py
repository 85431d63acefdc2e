"""A stand-in for Tencent Cloud's STS beside the one for CVM: roles of other accounts can be assumed.

In a test:

    role = Role("qcs::cam::uin/200000000002:roleName/ImportKeyPair", external_id="shared with the partner")
    with cvm.serve(cvm.Options(roles=(role,))) as stand_in:
        # here AssumeRole is asked at stand_in.sts.url, and what comes of it signs for that account's CVM
        assert "alice" in stand_in.store("200000000002").key_pairs
"""

from __future__ import annotations

from local.sts.roles import KnownRole
from local.sts.server import Sts

__all__ = ["KnownRole", "Sts"]
