"""Simulations of a book as the office runs them: asked for by a person, done by the worker, kept as a file each.

The book is a synthetic one of so many members; nothing of the office's tables is read or written. A file under the data
directory holds the whole of a run: who asked, how far it is, what it has so far. The same members, years and seed give
the same figures, so a run that was killed is simply done again.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from sonae import sensitivities
from sonae.product import Product

from . import access, catalogue, clock
from .access import Principal
from .desk import NotFound
from .refusals import Refused

if TYPE_CHECKING:
    from sonae.simulation import Progress

MEMBERS = (100, 1_000, 10_000, 100_000)
YEARS = (2_000, 10_000, 20_000, 100_000)
LARGEST = 1_000_000_000
"""Members times years that one run may have at most: some minutes of the worker."""

VARIANTS = ("base", *sensitivities.CODES)
"""The run itself, then the same seed with the changes that the loss model names."""


def queue(principal: Principal, members: int, years: int, seed: int) -> UUID:
    """Queue a run; one waits at a time. Raises PermissionDenied, Refused."""
    if members not in MEMBERS or years not in YEARS or not 0 <= seed < 2**31 or members * years > LARGEST:
        raise Refused(
            "simulation_too_large", "この大きさの計算はここではできません。コマンドでは大きさを選べます。",
            "A run of this size is not for this page. The command takes any.",
        )  # fmt: skip
    run_id = uuid4()
    with transaction.atomic():
        access.enter(principal, "book.simulate")
        try:
            with transaction.atomic():
                simulate_book.defer(run=str(run_id))
        except AlreadyEnqueued:
            raise Refused(
                "simulation_waits", "ほかの計算が順番を待っています。終わってから始めてください。",
                "Another run waits for its turn. Start yours when it is over.",
            ) from None  # fmt: skip
        _write(
            run_id,
            {"id": str(run_id), "state": "queued", "members": members, "years": years, "seed": seed, "done": 0,
             "of": years * len(VARIANTS), "asked_at": clock.now().isoformat()},
        )  # fmt: skip
    return run_id


def run_of(principal: Principal, run_id: UUID) -> dict[str, Any]:
    """A run as it stands. Raises PermissionDenied, NotFound."""
    access.enter(principal, "book.read")
    return _read(run_id)


def runs(principal: Principal, most: int = 20) -> list[dict[str, Any]]:
    """The runs that are kept, newest first, each without its results."""
    access.enter(principal, "book.read")
    found = []
    for path in _folder().glob("*.json"):
        with suppress(OSError, ValueError):
            words = json.loads(path.read_bytes())
            words.pop("results", None)
            found.append(words)
    return sorted(found, key=lambda one: str(one["asked_at"]), reverse=True)[:most]


@app.task(queueing_lock="simulate_book", retry=RetryStrategy(max_attempts=3, wait=5), name="sonae.simulate_book")
def simulate_book(run: str) -> int:
    """A queued run; how many years it simulated in all. A run whose file is gone is no longer wanted."""
    try:
        asked = _read(UUID(run))
    except NotFound:
        return 0
    try:
        return _simulate(UUID(run), asked)
    except Exception:
        _write(UUID(run), asked | {"state": "failed"})
        raise


def _simulate(run_id: UUID, asked: dict[str, Any]) -> int:
    from . import compiled_code, simulated

    compiled_code.keep()
    product, model = catalogue.default(), simulated.loss_model()
    told = asked | {
        "state": "running", "done": 0, "product": product.id, "product_hash": product.hash,
        "assumptions": {"id": model.id, "hash": model.hash, "name": model.name_ja, "name_en": model.name_en},
        "warning": model.warning.text_ja, "warning_en": model.warning.text_en,
        "balance": model.warning.balance_ja, "balance_en": model.warning.balance_en,
    }  # fmt: skip
    _write(run_id, told)
    with tempfile.TemporaryDirectory() as place:
        source = Path(place) / "book.parquet"
        _write_book(product, source, asked["members"], asked["seed"])
        told["premium"] = simulated.premiums(product, source)
        found: dict[str, Any] = {}
        variants = [(one.code, one.model) for one in sensitivities.sensitivities(model)]
        for number, (name, changed) in enumerate([("base", model), *variants]):
            before = number * asked["years"]
            done = simulated.simulate(
                product, changed, source, years=asked["years"], seed=asked["seed"],
                show=_teller(run_id, told, found, before),
            )  # fmt: skip
            words = simulated.words_of(done)
            found[name] = words if name == "base" else {
                key: words[key] for key in ("expected", "loss_ratio", "aggregate", "largest_event")
            }  # fmt: skip
    _write(run_id, told | {"state": "done", "done": asked["of"], "results": found})
    return int(asked["of"])


def _teller(run_id: UUID, told: dict[str, Any], found: dict[str, Any], before: int) -> Callable[[Progress], None]:
    """Tells the file how far the run is, every two seconds, with the mean of the years so far."""
    last = [0.0]

    def tell(progress: Progress) -> None:
        now = time.monotonic()
        if now - last[0] < 2:
            return
        last[0] = now
        partial: dict[str, Any] = {}
        if before == 0:
            paid = sum(int(chunk.sums.years[0].sum()) for chunk in progress.chunks)
            partial = {"so_far": {"years": progress.done, "expected": paid / progress.done}}
        elif found:
            partial = {"results": found}
        _write(run_id, told | {"done": before + progress.done} | partial)

    return tell


def _write_book(product: Product, target: Path, members: int, seed: int) -> None:
    from . import synthetic_books
    from .book_files import Writer

    with Writer(target) as writer:
        for batch in synthetic_books.batches(product, members, seed):
            writer.write(batch)


# --- files ------------------------------------------------------------------------------------------------------


def _folder() -> Path:
    folder = Path(settings.DATA_DIR) / "simulations"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _read(run_id: UUID) -> dict[str, Any]:
    try:
        words: dict[str, Any] = json.loads((_folder() / f"{run_id}.json").read_bytes())
    except (OSError, ValueError):
        raise NotFound from None
    return words


def _write(run_id: UUID, words: dict[str, Any]) -> None:
    """Replaced as a whole: whoever reads finds the one before or this one."""
    target = _folder() / f"{run_id}.json"
    unfinished = target.with_suffix(f".{os.getpid()}")
    unfinished.write_text(json.dumps(words, ensure_ascii=False), "utf-8")
    unfinished.replace(target)
