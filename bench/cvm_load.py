"""How fast the CVM stand-in starts and imports, and what memory 10,000 key pairs cost it.

    python -m bench.cvm_load [REQUESTS] [CONNECTIONS]

The stand-in runs in a process of its own with rate and quota off. The load is one process with several
keep-alive connections, each sending its next request when the last is answered; all requests are different
keys of 2048 bits, signed before the clock starts. The last line is the figures as JSON.
"""

from __future__ import annotations

import argparse
import hashlib
import hmac
import http.client
import json
import os
import selectors
import socket
import subprocess
import sys
import time
from pathlib import Path

from local.columns import Help
from local.cvm import Credential
from local.cvm.public_key import made_up

ROOT = Path(__file__).parent.parent
CREDENTIAL = Credential("AKIDbench", "key-of-the-bench", "token-of-the-bench")


def signed(host: str, action: str, parameters: dict[str, object], now: int) -> bytes:
    """Write one signed HTTP request to the last byte."""
    body = json.dumps(parameters)
    headers = f"content-type:application/json\nhost:{host}\n"
    canonical = f"POST\n/\n\n{headers}\ncontent-type;host\n{hashlib.sha256(body.encode()).hexdigest()}"
    date = time.strftime("%Y-%m-%d", time.gmtime(now))
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    key = f"TC3{CREDENTIAL.secret_key}".encode()
    for step in (date, "cvm", "tc3_request"):
        key = hmac.digest(key, step.encode(), "sha256")
    to_sign = f"TC3-HMAC-SHA256\n{now}\n{date}/cvm/tc3_request\n{digest}"
    signature = hmac.digest(key, to_sign.encode(), "sha256").hex()
    return (
        f"POST / HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nX-TC-Action: {action}\r\nX-TC-Version: 2017-03-12\r\n"
        f"X-TC-Timestamp: {now}\r\nX-TC-Region: ap-guangzhou\r\nX-TC-Token: {CREDENTIAL.token}\r\n"
        f"X-TC-Language: en-US\r\nAuthorization: TC3-HMAC-SHA256 Credential={CREDENTIAL.secret_id}/{date}"
        f"/cvm/tc3_request, SignedHeaders=content-type;host, Signature={signature}\r\n\r\n{body}"
    ).encode()


def start() -> tuple[subprocess.Popen[str], str, float]:
    """Start a stand-in; give its process, its host and the seconds until its first answer."""
    began = time.perf_counter()
    switches = ["--rate", "0", "--quota", "0", "--credential", ":".join(CREDENTIAL)]
    process = subprocess.Popen(
        [sys.executable, "-m", "local.cvm", *switches], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    host = json.loads(process.stdout.readline())["endpoint"].removeprefix("http://")
    connection = http.client.HTTPConnection(host)
    connection.request("GET", "/_control/calls")
    connection.getresponse().read()
    taken = time.perf_counter() - began
    connection.close()
    return process, host, taken


def load(host: str, requests: list[bytes], connections: int) -> tuple[float, list[float]]:
    """Send all requests, keeping every connection busy; give the seconds taken and each latency."""
    address, port = host.split(":")
    selector = selectors.DefaultSelector()
    waiting = iter(requests)
    latencies = []
    began = time.perf_counter()
    for request in (next(waiting) for _ in range(min(connections, len(requests)))):
        client = socket.create_connection((address, int(port)))
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.sendall(request)
        selector.register(client, selectors.EVENT_READ, time.perf_counter())
    while selector.get_map():
        for key, _ in selector.select():
            ready = key.fileobj
            assert isinstance(ready, socket.socket)
            answer = ready.recv(65536)
            assert b'"KeyId": "skey-' in answer, answer
            latencies.append(time.perf_counter() - key.data)
            if request := next(waiting, b""):
                selector.modify(ready, selectors.EVENT_READ, time.perf_counter())
                ready.sendall(request)
            else:
                selector.unregister(ready)
                ready.close()
    return time.perf_counter() - began, latencies


def resident(pid: int) -> tuple[float, float]:
    """Give the resident memory of a process now and at its highest, in MB (Linux)."""
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    now, peak = (int(status[name].split()[0]) / 1000 for name in ("VmRSS", "VmHWM"))
    return now, peak


def cpu(pid: int) -> float:
    """Give the processor time that a process has used, in seconds (Linux)."""
    after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")


def measure(count: int = 10_000, connections: int = 8) -> dict[str, float]:
    """Start a stand-in, import `count` keys and give the figures."""
    process, host, taken = start()
    try:
        start_cpu = cpu(process.pid)
        before, _ = resident(process.pid)
        now = int(time.time())
        requests = [
            signed(host, "ImportKeyPair", {"KeyName": f"k{n}", "ProjectId": 0, "PublicKey": made_up()}, now)
            for n in range(count)
        ]
        seconds, latencies = load(host, requests, connections)
        import_cpu = cpu(process.pid) - start_cpu
        after, peak = resident(process.pid)
    finally:
        process.terminate()
        process.communicate()
    latencies.sort()
    return {
        "start_seconds": round(taken, 3),
        "start_cpu_seconds": round(start_cpu, 3),
        "imports_per_second": round(count / seconds),
        "cpu_ms_per_import": round(import_cpu * 1000 / count, 3),
        "p50_ms": round(latencies[count // 2] * 1000, 2),
        "p99_ms": round(latencies[count * 99 // 100] * 1000, 2),
        "rss_mb_empty": round(before, 1),
        "rss_mb_after": round(after, 1),
        "rss_mb_peak": round(peak, 1),
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        "python -m bench.cvm_load",
        description="Measures the stand-in for CVM: start, imports, and the memory of 10,000 key pairs.",
        formatter_class=Help,
    )
    parser.add_argument("requests", type=int, nargs="?", default=10_000, help="(default: %(default)s)")
    parser.add_argument("connections", type=int, nargs="?", default=8, help="(default: %(default)s)")
    chosen = parser.parse_args()
    print(json.dumps(measure(chosen.requests, chosen.connections)))
