"""Runs inside a measured process: loads `index`, then takes one line of JSON per measurement.

    python3 bench/invoke.py < lines

It is started by path on an interpreter that has nothing but the function on its path. A line holds
`events`, each handed to the function once, and the `context`; what comes back is the last reply, the
processor time of each call and of the whole process so far in seconds, the most memory that the process
has had in KiB, and the modules that it has loaded.
"""

import sys

# Python put this file's own folder first; a function must not find the measurements there.
del sys.path[0]

import json  # noqa: E402 - see above
import os  # noqa: E402
import time  # noqa: E402

if os.environ.pop("BENCH_STILL", ""):
    # Under callgrind a message's two seconds would be over before the key is read.
    now = time.monotonic()
    time.monotonic = lambda: now

if route := os.environ.pop("BENCH_ROUTE", ""):
    # Leads CVM's name to this machine; nothing more is trusted than the handler itself trusts.
    names = {"__name__": "route"}
    path = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "local/tls/route.py")
    with open(path, encoding="utf-8") as source:
        exec(source.read(), names)
    names["install"](json.loads(route))  # type: ignore[operator] # `typing` would be counted

import index  # noqa: E402


def peak() -> int:
    """Return the most memory that this process has had, in KiB.

    getrusage(2) would count what the parent used before exec, too.
    """
    with open("/proc/self/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))


for line in sys.stdin:
    task = json.loads(line)
    spent = []
    reply = None
    for event in task["events"]:
        began = time.process_time()
        reply = index.main_handler(event, task["context"])
        spent.append(time.process_time() - began)
    total = time.process_time()
    answer = {"reply": reply, "cpu": spent, "total": total, "peak": peak(), "modules": sorted(sys.modules)}
    print("=" + json.dumps(answer))
    sys.stdout.flush()
