"""The brochure, 重要事項, endorsement notice, renewal paper and applicant's copy: what stands on them."""

import re
import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from sonae.application import Step, Taken
from sonae.certificate import Agency, summarise
from sonae.change import explain_change
from sonae.cover import Reason
from sonae.office import catalogue, signing
from sonae.office.documents.application import ApplicationRecord, UnknownAnswer, application_copy
from sonae.office.documents.brochure import brochure_paper
from sonae.office.documents.certificate import certificate_paper
from sonae.office.documents.endorsement import endorsement_paper
from sonae.office.documents.important_matters import NoText, important_matters_paper
from sonae.office.documents.renewal import renewal_paper
from sonae.office.documents.words import figure
from sonae.product import Product
from sonae.quotation import quote
from sonae.risk import Certificate, QuotationRequest, Sheet
from tests.office.paperwork import (
    ADDRESS,
    KEYS,
    MADE,
    NAME,
    NUMBER,
    PARTIES,
    PRODUCT,
    SIGNER,
    asked,
    at,
    endorsed,
    enrolled,
    pages,
)

OTHER = catalogue.product_in(Path(__file__).parents[1] / "products" / "minatomachi_cyber_2025")
"""Another federation's plan, with other plans, sets and coverages, and without texts of its own."""

PRINTED = (Path(__file__).parent / "brochure.txt").read_text("utf-8")
"""The lines of the original brochure that hold a number. Of the scan's other digits none can be read as a number."""

_NUMBER = re.compile(r"[①-⑨]|約?[0-9][0-9,]*(?:～[0-9]+)?[千百十万億]*(?:円|%|件|請求|事故)?")


def normal(text: str) -> str:
    return "".join(text.split()).replace("：", ":")


# --- the brochure -----------------------------------------------------------------------------------------------


def test_two_pages_with_every_number_of_the_original() -> None:
    """Drift is a failure: a figure that the printed brochure has must come out of the product's data."""
    made = pages(brochure_paper(PRODUCT, MADE))
    assert len(made) == 2
    text = normal("".join(made))
    numbers = [number for word in PRINTED.replace(":", "：").split() for number in _NUMBER.findall(word)]
    assert len(numbers) > 60
    assert [number for number in numbers if number not in text] == []


def test_every_line_of_premiums_stands_in_its_row() -> None:
    text = normal(pages(brochure_paper(PRODUCT, MADE))[1])
    for line in PRINTED.splitlines():
        found = re.fullmatch(r"(\S+業) (\S+円) ([1-4]) (\S+円) (\S+円)", line)
        if found:
            assert "".join(found.groups()) in text, line
    assert "193,420円288,040円" in text
    assert "共通:なし【IT業務特約付帯】1,504,450円1,622,320円" in text


def test_the_brochure_follows_the_data_and_not_a_template() -> None:
    sheet = PRODUCT.sheet
    assert sheet is not None
    sets = {
        number: replace(each, limits={**each.limits, "liability": 70_000_000}) for number, each in PRODUCT.sets.items()
    }
    constants = dict(PRODUCT.constants) | {"group_discount": replace(PRODUCT.constants["group_discount"], value=25)}
    moved = replace(PRODUCT, sets=sets, constants=constants, sheet=replace(sheet, discount_at_most=40))
    text = normal("".join(pages(brochure_paper(moved, MADE))))
    for number in ("55%", "団体割引25%", "最大40%", "7千万円"):
        assert number in text, number
    assert "68%" not in text


def test_the_brochure_s_matrix_is_the_printed_one() -> None:
    """printed_marks.csv is proved against the clauses; the paper's rows must read the same."""
    text = normal(pages(brochure_paper(PRODUCT, MADE))[1])
    signs = {"yes": "○", "no": "×"}
    for code, head in PRODUCT.heads.items():
        marks = [
            signs.get(mark.mark, "○")
            for plan in PRODUCT.plans
            for mark in PRODUCT.printed_marks
            if (mark.kind, mark.code, mark.plan) == ("head", code, plan)
        ]
        assert f"{head.name.ja}{''.join(marks)}" in text, code
    assert "使用または管理するコンピュータシステムに対するサイバー攻撃－－特○－－" in text


def test_a_brochure_is_a_specimen_until_approved() -> None:
    assert all("見本・未承認" in page for page in pages(brochure_paper(PRODUCT, MADE)))
    approved = replace(PRODUCT, approval_no="B24-001", approval_valid_until=MADE.date())
    made = pages(brochure_paper(approved, MADE, agency=Agency(name="信濃川保険事務所"), association="新潟県中央会"))
    assert not any("見本" in page for page in made)
    assert "承認番号B24-001（2027年3月1日まで）" in made[0]
    assert "信濃川保険事務所" in made[1]
    assert "見本・未承認" in pages(brochure_paper(approved, MADE + timedelta(days=1)))[0]


def test_another_federation_s_brochure() -> None:
    text = normal("".join(pages(brochure_paper(OTHER, MADE))))
    assert normal(OTHER.federation.ja) in text
    for example in OTHER.examples:
        assert f"{example.premium:,}円" in text
    for each in (*OTHER.plans.values(), *OTHER.riders.values()):
        assert normal(each.name.ja) in text
    assert "中央会" not in text


def test_another_federation_s_certificate() -> None:
    """Plans, sets, clauses and limits of another product, and no word of the first."""
    example = next(each for each in OTHER.examples if not OTHER.sets[each.set].free)
    start = OTHER.valid_from.replace(day=1)
    request = QuotationRequest(
        industry=example.industry,
        annual_sales=example.annual_sales,
        plan=example.plan,
        set=example.set,
        riders=example.riders,
        sheet_discount=example.security_discount or None,
        inception=start,
    )
    said = summarise(OTHER, enrolled(request, OTHER), at(start, OTHER), NUMBER, PARTIES)
    (only,) = pages(certificate_paper(said, SIGNER, address=ADDRESS, made_at=MADE))
    for words in (OTHER.federation.ja, OTHER.plans[example.plan].name.ja, f"{example.premium:,}円", NAME):
        assert normal(words) in normal(only), words
    for clause in OTHER.attached_clauses(example.plan, OTHER.attached_riders(example.set, example.riders)):
        assert normal(clause.name.ja) in normal(only)
    assert "全国中小企業団体中央会" not in only


def test_the_command_writes_the_brochure(tmp_path: Path) -> None:
    out = tmp_path / "brochure.pdf"
    words = [sys.executable, "-m", "sonae.cli", "brochure", str(out)]
    assert subprocess.run(words, capture_output=True, check=False).returncode == 0
    assert len(pages(out.read_bytes())) == 2
    assert subprocess.run([*words, "--product", "none"], capture_output=True, check=False).returncode == 1


def test_the_brochure_in_english() -> None:
    text = normal("".join(pages(brochure_paper(PRODUCT, MADE, language="en"))))
    for words in ("upto68%off", "Coveredevents", "84,640yen", "¥100million"):
        assert words in text, words


# --- 契約概要・注意喚起情報 ---------------------------------------------------------------------------------------


def test_both_legal_texts_with_the_product_s_figures() -> None:
    made = pages(important_matters_paper(PRODUCT, MADE))
    text = normal("".join(made))
    for words in (
        "契約概要", "注意喚起情報", "団体割引20%", "最大60%", "年間売上高100億円以下", "始期日の午後4時",
        "クーリングオフ", "告知義務",
        "通知義務", "そんぽADRセンター", "1請求・補償期間中3千万円5千万円1億円3億円", "版2024.1", "見本・未承認",
    ):  # fmt: skip
        assert normal(words) in text, words
    assert "{" not in text
    papers = PRODUCT.papers
    assert papers is not None
    for section in (*papers.contract_summary, *papers.warning_information):
        assert normal(section.title.ja) in text


def test_a_product_without_texts_has_no_such_paper() -> None:
    with pytest.raises(NoText):
        important_matters_paper(OTHER, MADE)


# --- the endorsement notice --------------------------------------------------------------------------------------


def _notice(reason: Reason = Reason.endorsement, day: date = date(2027, 7, 10), **changes: object) -> str:
    before = enrolled()
    paper = endorsement_paper(
        PRODUCT,
        before,
        endorsed(before, day, reason, **changes),
        number=NUMBER,
        parties=PARTIES,
        by=SIGNER,
        made_at=MADE,
        renamed=[("住所", "旧住所", "新住所")] if not changes else [],
    )
    assert signing.check(paper, KEYS).summary is None
    with pytest.raises(signing.Forged):
        signing.check(paper[:-1], KEYS)
    (only,) = pages(paper)
    return only


def test_a_change_with_its_months_and_charge() -> None:
    """4 of 12 months at 353,150, 8 at the wide price of 385,450, rounded once to 10 yen: 374,680, so 21,530 more."""
    text = _notice(plan="wide")
    for words in (
        "異動承認書", NAME, "加入内容の変更を承認しました", "2027年7月10日午後4時", "追加保険料21,530円",
        "プランベーシックプランワイドプラン", "年間保険料353,150円385,450円", "2027年4月から12か月353,150円353,150円",
        "2027年4月から4か月353,150円117,716.67円", "2027年8月から8か月385,450円256,966.67円", "計374,680円",
    ):  # fmt: skip
        assert words in text, words
    assert "業種" not in text.partition("変更の内容")[2].partition("保険料の計算")[0]


def test_a_cancellation_returns_premium() -> None:
    """Cancelled on 1 October: 6 months are kept, 176,575, rounded half up to 176,580; 176,570 comes back."""
    text = _notice(Reason.cancellation, date(2027, 10, 1))
    for words in (
        "解約を承認しました",
        "返還保険料176,570円",
        "補償補償あり補償なし",
        "計176,580円",
        "住所旧住所新住所",
    ):
        assert words in text, words


def test_a_correction_counts_from_inception() -> None:
    text = _notice(Reason.correction, annual_sales=1_200_000_000)
    for words in ("告知の訂正を承認しました", "2027年4月1日午後4時", "始期にさかのぼって", "10億円12億円"):
        assert words in text, words
    assert "7月10日" not in text


# --- the renewal paper -------------------------------------------------------------------------------------------


def _sheet(product: Product) -> Sheet:
    sheet = product.sheet
    assert sheet is not None
    return Sheet(
        version=sheet.version,
        answers={question.id: "full" for question in sheet.questions},
        facts={fact.code: False for fact in sheet.facts},
        certificates=(Certificate(kind="isms", number="IS 1", expires=date(2030, 1, 1)),),
    )


def _years() -> tuple[QuotationRequest, QuotationRequest]:
    held = asked(sheet_discount=None, sheet=_sheet(PRODUCT))
    offered = replace(held, annual_sales=1_230_000_000, set=4, inception=date(2028, 4, 1))
    return held, offered


def _renewal(held: QuotationRequest, offered: QuotationRequest) -> bytes:
    return renewal_paper(
        (PRODUCT, held),
        (PRODUCT, offered),
        number=NUMBER,
        parties=PARTIES,
        answer_by=date(2028, 1, 31),
        made_at=MADE,
    )


def test_the_renewal_paper_explains_the_price_to_the_yen() -> None:
    held, offered = _years()
    first, second = pages(_renewal(held, offered))
    change = explain_change(PRODUCT, held, PRODUCT, offered)
    assert f"{figure(change.after)}円" in first
    assert f"現在の{figure(change.before)}円から、{figure(change.yen)}円上がります" in first
    bars = first.partition("保険料が変わる理由")[2].partition("更新後の加入内容")[0]
    printed = [
        int(text.replace(",", "").replace("−", "-").replace("+", "")) for text in re.findall(r"[+−][0-9,]+", bars)
    ]
    assert sum(printed) == change.yen
    for words in (
        f"{NAME}御中",
        "2028年1月31日",
        "セット3セット4",
        "10億円12億3,000万円",
        "見本・未承認",
        "補償は満期で終わります",
    ):
        assert words in first, words
    for words in ("前回の申告1,000,000,000円", "過去5年以内に", "A14", "IS1有効期限2030年1月1日", "ご記入者"):
        assert words in second, words


def test_a_renewal_at_the_same_price() -> None:
    held = asked()
    same = replace(held, inception=date(2028, 4, 1))
    first, _ = pages(_renewal(held, same))
    assert "現在の353,150円と同じです" in first


# --- the applicant's copy ----------------------------------------------------------------------------------------


def _taken(step: Step, minutes: int) -> Taken:
    at = MADE + timedelta(minutes=minutes)
    return Taken(step=step, at=at, actor="山口 沙織", party="member", channel="web", factor="passkey")


def _record(**changes: object) -> ApplicationRecord:
    request = _years()[0]
    disclosure = PRODUCT.disclosure
    assert disclosure is not None
    usual: dict[str, object] = {
        "number": "A-27-000123", "parties": PARTIES, "request": request, "answer": quote(PRODUCT, request, MADE),
        "answers": {question.id: next(iter(question.choices)) for question in disclosure.questions},
        "details": {"it_work": "関連会社に勤怠の仕組みを提供"}, "signer": "髙﨑 一郎", "content": "sha256:" + "ab" * 32,
        "steps": (_taken(Step.intent, 0), _taken(Step.signature, 1)),
    }  # fmt: skip
    return ApplicationRecord(**usual | changes)  # type: ignore[arg-type]


def test_the_applicant_s_copy_holds_what_was_answered_and_signed() -> None:
    made = "".join(pages(application_copy(PRODUCT, _record(), MADE)))
    disclosure = PRODUCT.disclosure
    assert disclosure is not None
    for question in disclosure.questions:
        assert normal(question.text.ja) + next(iter(question.choices.values())).label.ja in normal(made), question.id
    for words in (
        NAME, "A-27-000123", "2027年4月1日午後4時", "関連会社に勤怠の仕組みを提供", "髙﨑一郎",
        "sha256:abab", "署名2027年3月1日10:01",
        "お客さま", "割引確認シートによる割引60%", "申込みだけでは補償は始まりません",
    ):  # fmt: skip
        assert words in made, words
    assert "見本" not in made


def test_answers_to_other_questions_are_refused() -> None:
    for answers in ({}, {"sales": "yes"}):
        with pytest.raises(UnknownAnswer):
            application_copy(PRODUCT, _record(answers=answers), MADE)


def test_same_input_same_bytes() -> None:
    held, offered = _years()
    for make in (
        lambda: brochure_paper(PRODUCT, MADE),
        lambda: important_matters_paper(PRODUCT, MADE),
        lambda: application_copy(PRODUCT, _record(), MADE),
        lambda: _renewal(held, offered),
    ):
        assert make() == make()
