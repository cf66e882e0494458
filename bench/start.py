"""How long a person waits: `./sonae quote` warm, and `./sonae serve` warm until the page answers."""

import os
import signal
import statistics
import subprocess
import tempfile
import time
import urllib.request

from bench.http_hot_path import ROOT, free_port, wait

QUOTE = ["quote", "--industry", "D06", "--sales", "10億", "--plan", "basic", "--set", "3", "--json"]


def main() -> None:
    """Print medians of seven quotes, and of three warm starts after a first one."""
    times = []
    for _ in range(8):
        start = time.perf_counter()
        subprocess.run([ROOT / "sonae", *QUOTE], check=True, capture_output=True)
        times.append(time.perf_counter() - start)
    print(f"./sonae quote, warm: {statistics.median(times[1:]):.2f} s")
    with tempfile.TemporaryDirectory() as folder:
        starts = [_serve(folder) for _ in range(4)]
    print(f"./sonae serve, first start with demo office: {starts[0]:.1f} s")
    print(f"./sonae serve, warm until the page answers: {statistics.median(starts[1:]):.1f} s")


def _serve(folder: str) -> float:
    port = free_port()
    environment = {**os.environ, "SONAE_DATA_DIR": f"{folder}/office", "SONAE_PORT": str(port)}
    start = time.perf_counter()
    office = subprocess.Popen([ROOT / "sonae", "serve"], env=environment, stdout=subprocess.DEVNULL)
    try:
        wait(f"http://127.0.0.1:{port}/health/ready")
        urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10).close()
        return time.perf_counter() - start
    finally:
        office.send_signal(signal.SIGTERM)
        office.wait(60)


if __name__ == "__main__":
    main()
