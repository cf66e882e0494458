"""The endorsement notice (異動承認書): what was before and is after, from when, and the charge with its months.

The charge is never computed here: it is written(after) − written(before), and the paper prints the months of both.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sonae import quotation
from sonae.certificate import Parties
from sonae.cover import CHANGES, Cover, Reason, Transaction, Written, segments, written
from sonae.office.documents.certificate_words import WORDS
from sonae.office.documents.frame import frame
from sonae.office.documents.terms import annual_premium, compared, terms
from sonae.office.documents.typesetting import typeset
from sonae.office.documents.words import day, figure, hour, sized
from sonae.office.signing import Signer, keywords, sign_file
from sonae.period import JST, japanese_day
from sonae.product import Product
from sonae.risk import QuotationRequest

REASONS: Final[dict[Reason, str]] = {
    Reason.enrolment: "加入",
    Reason.mid_term_enrolment: "中途加入",
    Reason.renewal: "更新",
    Reason.endorsement: "加入内容の変更",
    Reason.correction: "告知の訂正",
    Reason.withdrawal: "脱退",
    Reason.cancellation: "解約",
    Reason.lapse: "失効",
    Reason.termination: "解除",
    Reason.termination_for_non_payment: "保険料不払による解除",
    Reason.avoidance: "取消し",
    Reason.voidness: "無効",
    Reason.undo: "前の異動の取消し",
}
"""The reasons in the words of members' papers."""

_LARGEST: Final = ((26, 14), (60, 10), (0, 7))


def endorsement_paper(
    product: Product,
    before: Cover,
    after: Cover,
    *,
    number: str,
    parties: Parties,
    by: Signer,
    made_at: datetime,
    renamed: Sequence[tuple[str, str, str]] = (),
) -> bytes:
    """The signed notice of the last transaction of `after`, which `before` does not have yet.

    `renamed` are changes of names and addresses as (label, before, after); they change no premium. Raises MissingGlyph.
    """
    change = after.transactions[-1]
    assert after.transactions[:-1] == before.transactions, "the notice is of exactly one transaction"
    assert product.part_year is not None, "a product with covers has part-year money"

    def annual(request: QuotationRequest) -> int:
        premium = quotation.annual_premium(product, request)
        assert premium is not None, "a bound cover's terms are priced"
        return premium

    old, new = written(before, annual, product.part_year), written(after, annual, product.part_year)
    effective = after.inception if change.reason is Reason.correction else change.effective
    paper: dict[str, Any] = frame(product, japanese_day(made_at), "ja", sells=False) | {
        "paper": WORDS["endorsement"].ja,
        "keywords": keywords(by, None),
        "number": number,
        "insured": sized(parties.named_insured.name, _LARGEST),
        "lead": f"下記のとおり、{REASONS[change.reason]}を承認しました。",
        "meta": [
            [WORDS["number"].ja, number],
            [WORDS["made_on"].ja, day(japanese_day(made_at), "ja")],
            ["異動の番号", f"第{change.number}号"],
            ["異動の理由", REASONS[change.reason]],
            ["承認日", _moment(change.recorded, with_hour=False)],
        ],
        "effective": {"label": "効力が生じる時", "moment": _moment(effective)},
        "period": f"補償期間　{_moment(after.inception)}から{_moment(after.expiry)}まで",
        "changes_title": "変更の内容",
        "changes_head": ["項目", "変更前", "変更後"],
        "changes": _changes(product, before, after, change, renamed),
        "charge": _charge(new.premium - old.premium),
        "sums": [_sum("変更前", old), _sum("変更後", new)],
        "sums_title": "保険料の計算",
        "sums_total": "計",
        "sums_head": ["対象の月", "月数", "年間保険料", "月数分"],
        "sums_note": _sums_note(product),
        "parties": [
            [WORDS["policyholder"].ja, product.federation.ja],
            [WORDS["agency"].ja, sized(parties.agency.name, ((44, 8), (0, 6)))],
        ],
        "signed": f"{WORDS['key'].ja} {by.key_id}",
        "notes": _notes(change),
    }
    return sign_file(by, typeset("endorsement", paper, made_at))


def _sums_note(product: Product) -> str:
    assert product.part_year is not None, "a product with covers has part-year money"
    start = hour(product.calendar.start_hour, "ja")
    return (
        f"1か月は毎月1日{start}に始まります。異動は、その日以後に始まる月から計算に入ります。"
        f"合計を{product.part_year.unit}円単位に一度だけ四捨五入します。"
    )


def _moment(moment: datetime, *, with_hour: bool = True) -> str:
    local = moment.astimezone(JST)
    return day(local.date(), "ja") + (hour(local.hour, "ja") if with_hour else "")


def _terms_from(cover: Cover, moment: datetime) -> QuotationRequest | None:
    """The terms in force at a moment, or the first ones when it lies before the inception."""
    for segment in segments(cover):
        if segment.start <= max(moment, cover.inception) < segment.end:
            return segment.request
    return None


def _changes(
    product: Product, before: Cover, after: Cover, change: Transaction, renamed: Sequence[tuple[str, str, str]]
) -> list[dict[str, object]]:
    """Only what differs; an end of the cover is one row."""
    rows: list[dict[str, object]] = [
        {"label": label, "before": old, "after": new, "changed": True} for label, old, new in renamed
    ]
    old, new = _terms_from(before, change.effective), _terms_from(after, change.effective)
    if (old is None) != (new is None):
        words = {True: "補償なし", False: "補償あり"}
        rows.append({"label": "補償", "before": words[old is None], "after": words[new is None], "changed": True})
    elif old is not None and new is not None and change.reason in (*CHANGES, Reason.undo):
        said = [terms(product, each) | {"年間保険料": annual_premium(product, each)} for each in (old, new)]
        rows += [row for row in compared(*said) if row["changed"]]
    return rows


def _charge(yen: int) -> dict[str, str]:
    """追加保険料 when there is more to pay, 返還保険料 when there is money back."""
    if yen > 0:
        return {"label": "追加保険料", "figure": figure(yen), "unit": "円", "sign": "more"}
    if yen < 0:
        return {"label": "返還保険料", "figure": figure(-yen), "unit": "円", "sign": "less"}
    return {"label": "精算保険料", "figure": "0", "unit": "円", "sign": "even"}


def _sum(title: str, money: Written) -> dict[str, Any]:
    """Runs of months with the same annual premium; each share is in twelfths, so its yen may have a fraction."""
    rows = [
        [
            f"{run.start.year}年{run.start.month}月から",
            f"{run.months}か月",
            f"{figure(run.annual_premium)}円",
            _twelfths(run.annual_premium * run.months),
        ]
        for run in money.runs
    ]
    return {"title": title, "rows": rows, "total": f"{figure(money.premium)}円"}


def _twelfths(twelfths: int) -> str:
    """So many twelfths of a yen, to the hundredth where they are no whole yen."""
    whole, rest = divmod(twelfths, 12)
    return f"{figure(whole)}円" if not rest else f"{figure(whole)}.{(rest * 100 + 6) // 12:02d}円"


def _notes(change: Transaction) -> list[str]:
    notes = ["変更後の加入内容は、新しい版の加入内容確認書でご確認ください。"]
    if change.reason is Reason.correction:
        notes.append("申告の誤りの訂正のため、始期にさかのぼって計算しています。")
    if change.by_fraud:
        notes.append("保険料は返還されません。")
    return notes
