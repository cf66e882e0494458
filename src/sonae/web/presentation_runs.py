"""What the pages of runs share: when a run was asked for, and about how long it still takes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sonae.web.presentation import Language


def moment(run: Mapping[str, Any]) -> str:
    """2026-11-25 07:56, in Japan, as it was recorded."""
    asked = str(run["asked_at"])
    return asked[:16].replace("T", " ")


def time_left(run: Mapping[str, Any], now: datetime, language: Language) -> str:
    """About how long the rest takes at the pace so far; nothing until a fifth is done: the preparation counts too."""
    done, of = int(run["done"]), int(run["of"])
    if "began_at" not in run or done * 5 < of or done >= of:
        return ""
    spent = (now - datetime.fromisoformat(str(run["began_at"]))).total_seconds()
    minutes = round(spent * (of - done) / done / 60)
    if minutes < 1:
        return "Less than a minute left. " if language == "en" else "残りは1分足らずです。"
    return f"About {minutes} min left. " if language == "en" else f"残りはおよそ{minutes}分です。"
