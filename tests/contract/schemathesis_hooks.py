"""What Schemathesis cannot know by itself: which texts are OpenSSH RSA public keys."""

from __future__ import annotations

import schemathesis
from hypothesis import strategies as st

from local.in_process import public_keys

schemathesis.openapi.format("openssh-rsa-public-key", st.sampled_from(public_keys()))
