"""The letter on a claim: what is paid head by head and why anything is cut, or why nothing is paid.

Japanese: it goes to the member. Every cut names its reason and clause; what is left of each limit stands below, and
how to have it looked at again, and who else can be asked (指定紛争解決機関).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sonae.conditions import COVERAGES
from sonae.office.documents.cover import coverage_name
from sonae.office.documents.frame import frame
from sonae.office.documents.typesetting import typeset
from sonae.office.documents.words import day, figure, sized
from sonae.period import JST, japanese_day
from sonae.product import Product

_LARGEST: Final = ((26, 14), (60, 10), (0, 7))


@dataclass(frozen=True, slots=True)
class HeadPaid:
    """A head as the letter tells it, in yen: claimed, accepted, and why the rest is not paid, reason by reason.

    A reason's yen are 0 where it is not known how much it alone takes away.
    """

    coverage: str
    name: str
    clause: str
    claimed: int
    accepted: int
    reasons: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class LimitLeft:
    """A coverage's limit in the period of cover and what is left of it after this letter, in yen."""

    coverage: str
    limit: int
    before: int
    remaining: int


@dataclass(frozen=True, slots=True)
class PaidTo:
    """A payment of the letter: to whom (insured 会員, claimant 請求者, vendor 業者), which account, how much, when."""

    kind: str
    ending: str
    amount: int
    on: date


_PAYEES: Final = {"insured": "ご本人", "claimant": "請求された方へ直接", "vendor": "業者へ直接"}


def claim_letter(
    product: Product,
    *,
    number: str,
    letter: str,
    insured: str,
    heads: Sequence[HeadPaid],
    left: Sequence[LimitLeft],
    payments: Sequence[PaidTo],
    reason: str,
    shares: Mapping[str, int],
    known: datetime,
    decided: datetime,
    made_at: datetime,
    content_sha256: str,
) -> bytes:
    """The letter as a PDF; a denial when no head is accepted. `shares` are the insurers' in whole percent.

    `number` is the claim's, `letter` its own; the hash is of what the register says of it, printed at the foot.
    Raises MissingGlyph.
    """
    claimed, accepted = sum(one.claimed for one in heads), sum(one.accepted for one in heads)
    denied = accepted == 0
    title = "保険金をお支払いできないことのご案内" if denied else "保険金のお支払いのご案内"
    paper: dict[str, Any] = frame(product, japanese_day(made_at), "ja", sells=False) | {
        "federation": _sender(shares),  # The insurer's letter: the federation never learns of a claim.
        "paper": title,
        "number": letter,
        "fingerprint": f"{letter} · sha256:{content_sha256}",
        "insured": sized(_addressed(insured), _LARGEST),
        "lead": _lead(denied=denied, cut=accepted < claimed),
        "meta": [
            ["通知書番号", letter],
            ["事案番号", number],
            ["作成日", day(japanese_day(made_at), "ja")],
            ["事故を知った日", day(japanese_day(known.astimezone(JST)), "ja")],
            ["判断した日", day(japanese_day(decided.astimezone(JST)), "ja")],
        ],
        "accepted": {"label": "お支払いする保険金", "figure": figure(accepted), "unit": "円", "denied": denied},
        "heads_title": "費目ごとの判断",
        "heads_head": ["費目と条項", "ご請求", "減額", "お支払いする額"],
        "heads": [_group(coverage, heads) for coverage in COVERAGES if any(one.coverage == coverage for one in heads)],
        "total": ["合計", f"{figure(claimed)}円", _cut(claimed - accepted), f"{figure(accepted)}円"],
        "reason_title": "お支払いできない理由" if denied else "減額の理由",
        "reason": reason if accepted < claimed else "",
        "left_title": "補償期間中の支払限度額の残り",
        "left_head": ["補償", "支払限度額", "お支払い前の残り", "お支払い後の残り"],
        "left": [
            [coverage_name(one.coverage, "ja"), f"{figure(one.limit)}円", f"{figure(one.before)}円",
             f"{figure(one.remaining)}円"]
            for one in left
        ],
        "payments_title": "お支払先",
        "payments": [
            [_PAYEES[one.kind], f"口座末尾 {one.ending}", day(one.on, "ja"), f"{figure(one.amount)}円"]
            for one in payments
        ],
        "to_come": ["これからお支払いする額", "", "", f"{figure(accepted - sum(one.amount for one in payments))}円"]
        if accepted > sum(one.amount for one in payments) else [],
        "notes": _notes(product, shares, denied=denied),
    }  # fmt: skip
    return typeset("claim_letter", paper, made_at)


_COMPANIES: Final = ("会社", "法人", "組合", "協会", "商店", "工務店")


def _sender(shares: Mapping[str, int]) -> str:
    """Who writes: the insurer, the leading one of several."""
    lead = next(iter(shares))
    return f"{lead}（幹事会社）" if len(shares) > 1 else lead


def _addressed(insured: str) -> str:
    """The name with 御中 for a company and 様 for a person."""
    return f"{insured} {'御中' if any(word in insured for word in _COMPANIES) else '様'}"


def _lead(*, denied: bool, cut: bool) -> str:
    if denied:
        return "ご請求いただいた内容を確かめましたが、次の理由により保険金をお支払いできません。"
    if cut:
        return "ご請求いただいた内容を確かめ、次のとおりお支払いします。減額した費目には理由を書いています。"
    return "ご請求いただいた内容を確かめ、次のとおりお支払いします。"


def _cut(yen: int) -> str:
    return f"−{figure(yen)}円".replace("−", "\u2212") if yen else "―"


def _reason(one: HeadPaid, why: str, yen: int) -> str:
    label = "減額の理由" if one.accepted else "お支払いできない理由"
    return f"{label}：{why}（{_cut(yen)}）" if yen else f"{label}：{why}"


def _group(coverage: str, heads: Sequence[HeadPaid]) -> dict[str, Any]:
    mine = [one for one in heads if one.coverage == coverage]
    return {
        "coverage": coverage_name(coverage, "ja"),
        "rows": [
            {
                "name": one.name, "clause": one.clause, "claimed": f"{figure(one.claimed)}円",
                "cut": _cut(one.claimed - one.accepted), "accepted": f"{figure(one.accepted)}円",
                "reasons": [_reason(one, why, yen) for why, yen in one.reasons] if one.accepted < one.claimed else [],
            }
            for one in mine
        ],
    }  # fmt: skip


def _notes(product: Product, shares: Mapping[str, int], *, denied: bool) -> list[str]:
    insurers = "、".join(f"{name} {share}%" for name, share in shares.items())
    notes = [
        f"引受保険会社と引受割合：{insurers}。",
        "内容にご不明な点やご不服があるときは、事案番号を添えてお申し出ください。判断にかかわらなかった者が確かめ直します。",
        "解決しないときは、指定紛争解決機関である一般社団法人日本損害保険協会「そんぽADRセンター」に相談できます。",
        f"約款：{product.wording.ja}。保険金を請求する権利は、行使できる時から3年で時効になります（保険法95条）。",
    ]
    if not denied:
        notes.append("あとから届いた費用や損害賠償請求も、この事案として請求できます。")
    return notes
