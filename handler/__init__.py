"""A Tencent Cloud SCF function that imports SSH public keys into CVM."""

import time

__version__ = "1.0.0"

#: When this instance began to load the function, in seconds of the monotonic clock. The first
#: caller of a new instance has been waiting since then.
LOADED = time.monotonic()
