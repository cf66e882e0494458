"""Why a head is not paid in full: each reason in yen, from the stored proof of a decision; in Japanese, for letters."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from sonae.wording import day

_LIMITS: Final = {
    "deductible": "免責金額",
    "ratio": "縮小支払割合",
    "sublimit": "費目の支払限度額（内枠・被害者ごとの上限）",
    "limit": "1請求・1事故の支払限度額",
    "aggregate": "補償期間中の支払限度額の残り",
}
_CODES: Final = {
    "period": "補償期間の外の事故です", "premium": "保険料の領収を確かめられていません",
    "knowledge": "補償が始まる前に知っていた事故です", "territory": "保険適用地域の外です",
    "no_stoppage": "「機能の停止」に当たりません", "not_granted": "加入されているプランにない補償です",
    "no_event": "対象となる事由に当たりません", "window": "費用の対象となる期間の外の支出です",
    "approval": "事前の承認がありません", "unfinished": "まだ事実を確かめています",
}  # fmt: skip
"""What a ground means where only its code was kept."""


def proof_of(kept: bytes) -> dict[str, Any] | None:
    """The proof's words; None where what was kept is none."""
    try:
        found = json.loads(kept)
    except ValueError:
        return None
    return found if isinstance(found, dict) and "items" in found and "units" in found else None


def reasons(proof: Mapping[str, Any], cover: str, head: str) -> list[tuple[str, int]]:
    """Each reason with the yen that it takes off a head under a cover, in the order of the proof."""
    found: dict[str, int] = {}
    terms = {unit["code"]: unit["term"] for unit in proof["units"]}
    for item in proof["items"]:
        if item["head"] != head or terms.get(item["unit"]) not in (None, cover):
            continue
        for cut in item["cuts"]:
            why = plain(cut["reason"]["ja"])
            found[why] = found.get(why, 0) + cut["yen"]
        if item["open"]:
            why = "事実を確かめるまで、お支払いを保留します"
            found[why] = found.get(why, 0) + item["open"]
    for unit in proof["units"]:
        if unit["term"] != cover:
            continue
        for (_, before), (name, after) in zip(unit["rows"], unit["rows"][1:], strict=False):
            lost = before.get(head, 0) - after.get(head, 0)
            if lost:
                why = f"{_LIMITS[name]}を超えます" if name in ("sublimit", "limit", "aggregate") else _LIMITS[name]
                found[why] = found.get(why, 0) + lost
    return list(found.items())


def plain(sentence: str) -> str:
    """A sentence of the proof without its full stop, days in words."""
    said = sentence.rstrip("。").replace("お支払いしない場合: ", "お支払いしない場合：")
    for place in range(len(said) - 9):
        part = said[place : place + 10]
        if len(part) == 10 and part[4] == part[7] == "-":
            try:
                return said.replace(part, day(date.fromisoformat(part), "ja")).replace("日 まで", "日まで")
            except ValueError:
                continue
    return said


def of_code(code: str) -> str:
    """What a ground means in words; empty for one that nobody knows."""
    return _CODES.get(code, "")
