"""What a change of the product does, as the office asks it: queued by a person, done by the worker, kept on record.

The book is the office's own covers in force, or a synthetic one. A run writes a file under the data directory and, when
it is over, one journal entry with the two content hashes and the hash of its results: the release of a product year
asks for that entry. Members stand in a run by their cover's id alone.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from sonae.doors.folder import BrokenProduct, read_product
from sonae.product import Product, Text

from . import access, catalogue, clock, journal, redeciding, walls
from .access import Principal
from .desk import NotFound
from .models import JournalEntry, Member
from .refusals import Refused
from .run_files import RunFiles, bound
from .scheme_counts import FEWEST

MEMBERS = (1_000, 10_000, 100_000, 1_000_000)
YEARS = (0, 1_000, 2_000, 10_000, 20_000)
"""Years simulated under both products beside the premiums; 0: none."""

RUNS = RunFiles("impacts", ("impact", "risk", "claims"))

STEPS = 5
"""The steps of a run: the book, the premiums, two simulations, the claims."""

RECORDED = "impact_recorded"
WHAT_IF = Path(__file__).resolve().parent.parent / "what_if"


@dataclass(frozen=True)
class Version:
    """A product that can be compared: its key, its id and name, and whether it is shipped.

    Keys: an id; `what-if:` and the name of a shipped what-if; `candidate:` and the name of a folder that was laid
    under `products/` in the data directory to be weighed before its release.
    """

    key: str
    id: str
    name: Text
    year: Text
    shipped: bool


def versions() -> list[Version]:
    """The shipped product years, then the shipped what-ifs and the candidates that load."""
    found = [Version(one.id, one.id, one.name, one.year, True) for one in catalogue.shipped()]
    for prefix, place in _places().items():
        for folder in sorted(path for path in place.glob("*") if (path / "product.toml").is_file()):
            with suppress(BrokenProduct):
                product = _fresh(folder)
                found.append(Version(f"{prefix}:{folder.name}", product.id, product.name, product.year, False))
    return found


def product_of(key: str) -> Product:
    """The product of a version's key. Raises UnknownProduct, BrokenProduct."""
    return _fresh(_folder_of(key)) if ":" in key else catalogue.product(key)


def _folder_of(key: str) -> Path:
    """The folder of a version's key. Raises UnknownProduct."""
    prefix, colon, name = key.rpartition(":")
    place = _places().get(prefix) if colon else catalogue.PRODUCTS
    if place is None or name not in {path.name for path in place.glob("*") if path.is_dir()}:
        raise catalogue.UnknownProduct(key)
    return place / name


def weighs_a_year(run: dict[str, Any]) -> bool:
    """Whether a run is done and weighed a product year; a what-if is none."""
    return run["state"] == "done" and not run["new"].startswith("what-if:")


def weighed(run_id: UUID) -> tuple[dict[str, Any], Product, dict[str, bytes]]:
    """A run that is done, and the product year that it weighed as the one to follow, with the files of its folder.

    Raises NotFound, also for a what-if, which is no product year; Refused when the folder was edited since. Who may
    know of it is asked where something is done with it (releasing.py).
    """
    run = RUNS.read(run_id)
    if not weighs_a_year(run):
        raise NotFound
    try:
        files = catalogue.read_files(_folder_of(run["new"]))
        product = _read_product(tuple(sorted(files.items())))
    except (catalogue.UnknownProduct, BrokenProduct):
        raise NotFound from None
    if product.hash != run["to"]["hash"]:
        raise Refused(
            "edited_since_the_run", "比べた後に商品のファイルが変わりました。いまの内容で比べ直してください。",
            "The product's files were edited after the comparison. Compare again with what they say now.",
        )  # fmt: skip
    return run, product, files


def _places() -> dict[str, Path]:
    return {"what-if": WHAT_IF, "candidate": Path(settings.DATA_DIR) / "products"}


def _fresh(folder: Path) -> Product:
    """The product of a folder as it is now; a candidate is still worked on."""
    files = catalogue.read_files(folder)
    return _read_product(tuple(sorted(files.items())))


@lru_cache(maxsize=8)
def _read_product(files: tuple[tuple[str, bytes], ...]) -> Product:
    return read_product(dict(files))


def queue(principal: Principal, old: str, new: str, *, members: int | None, seed: int, years: int) -> UUID:
    """Queue a run over the office's own covers (`members` None) or so many synthetic members; one waits at a time.

    Raises PermissionDenied, Refused.
    """
    try:
        first, second = product_of(old), product_of(new)
    except (catalogue.UnknownProduct, BrokenProduct):
        raise Refused("no_such_product", "この商品はありません。", "There is no such product.") from None
    if first.hash == second.hash:
        raise Refused("same_product", "違う商品を2つ選んでください。", "Choose two different products.")
    # How many covers of its own the office has is not known here; they are far fewer than the largest synthetic book.
    bound(MEMBERS, MEMBERS[0] if members is None else members, YEARS, years, seed, 2)
    return RUNS.queue(
        principal, weigh_change,
        {"old": old, "new": new, "members": members, "seed": seed, "years": years, "step": 0, "of": STEPS,
         "by": principal.name},
    )  # fmt: skip


def run_of(principal: Principal, run_id: UUID) -> dict[str, Any]:
    """A run as it stands, less what whoever asks may not see. Raises PermissionDenied, NotFound.

    Claims are for the insurer's people. Covers by name are for those who may read every cover; nobody else sees the
    movers of the office's own book, for their premiums alone would name them, and of a book of fewer than `FEWEST`
    covers no yen at all.
    """
    with transaction.atomic():
        access.enter(principal, "book.read")
    words = RUNS.read(run_id)
    if not redeciding.may_see(principal):
        words.pop("claims", None)
    if words["members"] is None and "impact" in words:
        if _sees_members(principal):
            _name(principal, words["impact"])
        elif words["rows"] < FEWEST:
            words = {name: part for name, part in words.items() if name not in ("impact", "risk")} | {"too_few": True}
        else:
            words["impact"] |= {"up": [], "down": []}
            words["impact"]["movers_withheld"] = True
    return words


def _sees_members(principal: Principal) -> bool:
    return principal.may("cover.read") and principal.reach("cover.read") == "all"


def _name(principal: Principal, impact: dict[str, Any]) -> None:
    """The members of the largest movers, by the reader's own right."""
    with transaction.atomic():
        access.enter(principal, "cover.read")
        wanted = {one["member_id"] for one in (*impact["up"], *impact["down"])}
        names = {
            str(cover): name
            for cover, name in Member.objects.filter(covers__id__in=wanted).values_list("covers__id", "legal_name")
        }
    for one in (*impact["up"], *impact["down"]):
        one["name"] = names.get(one["member_id"], "")


def runs(principal: Principal, most: int = 20) -> list[dict[str, Any]]:
    """The runs that are kept, newest first, each without its results."""
    with transaction.atomic():
        access.enter(principal, "book.read")
    return RUNS.newest(most)


def on_record(old_hash: str, new_hash: str) -> JournalEntry | None:
    """The newest run that is on record for exactly these two contents; the caller has entered with all reach."""
    for entry in JournalEntry.objects.filter(stream=f"product/{new_hash}", kind=RECORDED).order_by("-number"):
        if json.loads(bytes(entry.body)).get("from") == old_hash:
            return entry
    return None


@app.task(queueing_lock="weigh_change", retry=RetryStrategy(max_attempts=3, wait=5), name="sonae.weigh_change")
def weigh_change(run: str) -> bool:
    """A queued run. One whose file is gone is no longer wanted; one that is done is not done again."""
    return bool(RUNS.work(run, _weigh))


def _weigh(run_id: UUID, asked: dict[str, Any]) -> int:
    from . import compiled_code

    if asked["state"] == "done":
        return 0
    compiled_code.keep()
    old, new = product_of(asked["old"]), product_of(asked["new"])
    told = asked | {
        "state": "running",
        "from": {"id": old.id, "hash": old.hash, "name": old.year.ja, "name_en": old.year.en},
        "to": {"id": new.id, "hash": new.hash, "name": new.year.ja, "name_en": new.year.en},
    }
    RUNS.write(run_id, told)
    with tempfile.TemporaryDirectory() as place:
        source = Path(place) / "book.parquet"
        told["rows"] = _book(old, new, source, asked["members"], asked["seed"])
        for step, part in enumerate(_parts(old, new, source, asked), 1):
            told |= part | {"step": step}
            RUNS.write(run_id, told)
    with transaction.atomic():
        walls.enter(reach="all", claims="all")
        found = redeciding.redecide(new)
    told["claims"] = redeciding.words_of(found)
    document = {name: told[name] for name in ("from", "to", "members", "seed", "years", "rows", "impact", "risk")}
    digest = hashlib.sha256(json.dumps(document, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
    told |= {"state": "done", "step": STEPS, "sha256": digest}
    with transaction.atomic():
        walls.enter(reach="all")
        journal.append(
            f"product/{new.hash}", RECORDED, actor=asked["by"], organisation_id=None,
            body={"run": str(run_id), "from": old.hash, "to": new.hash, "sha256": digest, "rows": told["rows"],
                  "own_covers": asked["members"] is None, "before": told["impact"]["before"],
                  "after": told["impact"]["after"]},
        )  # fmt: skip
        RUNS.write(run_id, told)
    return int(told["rows"])


def _book(old: Product, new: Product, target: Path, members: int | None, seed: int) -> int:
    """The book in a file, in the columns of both products: nobody has a rider that only the new one knows."""
    import pyarrow as pa

    from . import own_book, synthetic_books
    from .book_files import Writer, rider_columns

    batches: Iterable[Any]
    if members is None:
        with transaction.atomic():
            walls.enter(reach="all")
            batches = [own_book.batch(old, clock.now())]
    else:
        batches = synthetic_books.batches(old, members, seed)
    fresh = [code for code in rider_columns(new) if code not in rider_columns(old)]
    rows = 0
    with Writer(target) as writer:
        for batch in batches:
            for code in fresh:
                batch = batch.append_column(code, pa.array([False] * batch.num_rows))
            writer.write(batch)
            rows += batch.num_rows
    if rows == 0:
        raise ValueError("the office has no cover in force")
    return rows


def _parts(old: Product, new: Product, source: Path, asked: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The results, part by part, in the order of the steps."""
    yield {}
    yield {"impact": _impact(old, new, source), "risk": {}}
    risk: dict[str, Any] = {}
    for name, product in (("old", old), ("new", new)):
        if asked["years"]:
            risk = risk | {name: _risk(product, source, asked)}
        yield {"risk": risk}


def _impact(old: Product, new: Product, source: Path) -> dict[str, Any]:
    from sonae import impact as core

    from .book_files import whole_book

    members, before, after = whole_book(source, old, new)
    return core.document(core.impact(old, new, before, after), members)


def _risk(product: Product, source: Path, asked: dict[str, Any]) -> dict[str, Any]:
    """Premium, expected loss and tail of the book under one product; the same seed under both."""
    from . import simulated

    done = simulated.simulate(
        product, simulated.loss_model(), source, years=asked["years"], seed=asked["seed"], keep_causes=False
    )
    return simulated.in_one_row(done)
