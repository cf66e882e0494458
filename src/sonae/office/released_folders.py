"""Whether the product folders here still are what was released under their names. No Django: asked before it starts.

A released product year is never edited; a new year is a new folder. An edited one would sell, under the old name,
what nobody weighed and nobody agreed to.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import psycopg

REMEDY = (
    "put the released files back, or give the changed ones an id of their own and release them: "
    "sonae book impact, sonae product release, sonae product agree"
)


@dataclass(frozen=True)
class Edited:
    """A folder whose content is not the one that was released under its id, by the hashes of both."""

    product_id: str
    here: str
    released: str

    def __str__(self) -> str:
        return (
            f"{self.product_id}: 発売された内容 {self.released[:12]} と違います（ここにあるのは {self.here[:12]}）"
            f" / not the content that was released"
        )


def edited(connection: psycopg.Connection, folders: Path | None = None) -> list[Edited]:
    """The folders that were edited since their release; a folder of which nothing was released yet is none."""
    from sonae.doors.folder import content_hash

    from . import catalogue

    if connection.execute("SELECT to_regclass('public.released_product')").fetchone() in (None, (None,)):
        return []
    released: dict[str, list[str]] = {}
    for product_id, released_hash in connection.execute(
        "SELECT product_id, hash FROM public.released_product ORDER BY released_at, hash"
    ):
        released.setdefault(product_id, []).append(released_hash)
    found = []
    for folder in sorted((folders or catalogue.PRODUCTS).iterdir()):
        if folder.name in released:
            here = content_hash(catalogue.read_files(folder))
            if here not in released[folder.name]:
                found.append(Edited(folder.name, here, released[folder.name][-1]))
    return found
