"""Dry-run quotations over HTTP: one worker of ours against one worker of FastAPI, in turns, in the same run.

Starts its own office on a free port with a data folder of its own, seeds the demo, and stops it again.
Needs wrk (Debian: apt-get install wrk). Loopback only.
"""

import json
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).parents[1]
CONNECTIONS, SECONDS, ROUNDS = 16, 8, 3
BODY = json.dumps({"industry": "D06", "annual_sales": 1_050_000_000, "plan": "basic", "set": 3, "sheet_discount": 30})


def main() -> None:
    """Print requests a second and latencies of both, round by round, and the ratio of the medians."""
    if shutil.which("wrk") is None:
        sys.exit("wrk is needed: apt-get install wrk")
    with tempfile.TemporaryDirectory() as folder:
        port, peer_port = free_port(), free_port()
        environment = {**os.environ, "SONAE_DATA_DIR": f"{folder}/office", "SONAE_PORT": str(port)}
        office = subprocess.Popen([ROOT / "sonae", "serve"], env=environment, stdout=subprocess.DEVNULL)
        try:
            wait(f"http://127.0.0.1:{port}/health/ready")
            key = _roomy_key(environment)
            secret = key.partition(".")[2]
            peer = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "uvicorn",
                    "bench.fastapi_peer:app",
                    "--port",
                    str(peer_port),
                    "--no-access-log",
                ],
                cwd=ROOT,
                env={**os.environ, "BENCH_SECRET": secret, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"},
            )
            try:
                _compare(folder, key, port, peer_port)
            finally:
                peer.send_signal(signal.SIGTERM)
                peer.wait(30)
        finally:
            office.send_signal(signal.SIGTERM)
            office.wait(60)


def _compare(folder: str, key: str, port: int, peer_port: int) -> None:
    _wait_for_port(peer_port)
    script = Path(folder) / "post.lua"
    script.write_text(
        'wrk.method = "POST"\n'
        f"wrk.body = '{BODY}'\n"
        'wrk.headers["Content-Type"] = "application/json"\n'
        f'wrk.headers["Authorization"] = "Bearer {key}"\n'
    )
    paths = {"sonae": f"http://127.0.0.1:{port}", "fastapi": f"http://127.0.0.1:{peer_port}"}
    address = {name: f"{base}/api/v1/quotations?dry_run=true" for name, base in paths.items()}
    for name in address:
        _same_answer(address[name], key)
        _wrk(address[name], script, seconds=2)
    rates: dict[str, list[float]] = {name: [] for name in address}
    for _ in range(ROUNDS):
        for name, target in address.items():
            rate, latency = _wrk(target, script, SECONDS)
            rates[name].append(rate)
            print(f"{name:8} {rate:9,.0f} req/s   {latency}", flush=True)
    medians = {name: statistics.median(found) for name, found in rates.items()}
    print(f"median   sonae {medians['sonae']:,.0f}   fastapi {medians['fastapi']:,.0f}   "
          f"ratio {medians['sonae'] / medians['fastapi']:.2f}")  # fmt: skip


def _wrk(target: str, script: Path, seconds: int) -> tuple[float, str]:
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency", "-s", script, target]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in text or "Socket errors" in text:
        sys.exit(text)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", text)
    percentiles = re.findall(r"(50|99)%\s+(\S+)", text)
    assert rate is not None, text
    return float(rate[1]), " ".join(f"p{name} {value}" for name, value in percentiles)


def _same_answer(target: str, key: str) -> None:
    request = urllib.request.Request(
        target, BODY.encode(), {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}
    )
    with urllib.request.urlopen(request, timeout=10) as response:
        premium = json.load(response)["premium"]
    assert premium == 359_930, premium


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait(address: str, seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while True:
        try:
            urllib.request.urlopen(address, timeout=2).close()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
        else:
            return


def _wait_for_port(port: int, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
        else:
            return


def _roomy_key(environment: dict[str, str]) -> str:
    """A key whose budget no benchmark exhausts."""
    words = "key create --as manager --holder manager --label bench --scope quotation.estimate --per-minute 100000000"
    command = [ROOT / "sonae", *words.split()]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    key = re.search(r"[0-9a-z]+\.[A-Za-z0-9_-]{40,}", done.stdout)
    assert key is not None, done.stdout
    return key[0]


if __name__ == "__main__":
    main()
