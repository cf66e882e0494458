"""What a certificate says of a cover on a day, and the one spelling in which it is signed."""

import json
import zlib
from dataclasses import fields, replace
from datetime import UTC, date, datetime

import pytest

from sonae.certificate import (
    WORDS_IN_ADVANCE,
    InsurerShare,
    NoCoverThen,
    Parties,
    canonical,
    compress,
    cover_note,
    summarise,
)
from sonae.cover import Reason
from sonae.risk import Sheet
from tests.office.paperwork import NUMBER, PARTIES, PRODUCT, asked, at, endorsed, enrolled, summary


def test_what_the_trade_wants_on_it() -> None:
    said = summary()
    assert (said.number, said.version, said.named_insured.name) == (NUMBER, 1, PARTIES.named_insured.name)
    assert (said.inception, said.expiry) == (at(date(2027, 4, 1)), at(date(2028, 4, 1)))
    assert (said.plan, said.set) == ("ベーシックプラン", "セット3")
    assert [(each.basis, each.limit, each.deductible) for each in said.limits] == [
        ("1請求・補償期間中", 100_000_000, 0),
        ("1事故・補償期間中", 30_000_000, 0),
        ("1事故・補償期間中", 30_000_000, 0),
    ]
    assert said.clauses == ("サイバーセキュリティ特約", "プロテクト費用補償特約", "利益損害補償特約")
    assert (said.industry, said.annual_sales, said.group_discount, said.security_discount) == (
        "建設業", 1_000_000_000, 20, 30,
    )  # fmt: skip
    assert said.annual_premium == said.premium == 353_150
    assert (said.edition, said.issuer, said.emergency_number) == ("2024年度版", None, None)


def test_any_day_of_the_same_terms_gives_the_same_bytes() -> None:
    """INV-40: a certificate shows one version; made again it is the same."""
    days = [datetime(2026, 12, 1, tzinfo=UTC), at(date(2027, 4, 1)), datetime(2028, 1, 31, 7, tzinfo=UTC)]
    assert len({canonical(summary(as_of=day)) for day in days}) == 1


def test_each_stretch_of_terms_has_its_own_certificate() -> None:
    cover = endorsed(enrolled(), date(2027, 7, 10), plan="wide", set=4)
    first, second = summary(cover, at(date(2027, 5, 1))), summary(cover, at(date(2027, 7, 10)))
    assert (first.plan, second.plan) == ("ベーシックプラン", "ワイドプラン")
    assert (first.terms_from, second.terms_from) == (at(date(2027, 4, 1)), at(date(2027, 7, 10)))
    assert first.version == second.version == 2
    assert second.premium != second.annual_premium


def test_an_increase_has_a_first_inception_of_its_own() -> None:
    cover = endorsed(enrolled(), date(2027, 7, 10), set=4)
    before, after = summary(cover, at(date(2027, 5, 1))).limits[0], summary(cover, at(date(2027, 8, 1))).limits[0]
    assert before.since == ((100_000_000, at(date(2027, 4, 1))),)
    assert after.since == ((100_000_000, at(date(2027, 4, 1))), (300_000_000, at(date(2027, 7, 10))))


def test_a_renewal_keeps_its_first_inception() -> None:
    last = enrolled(asked(inception=date(2026, 4, 1), set=1))
    said = summarise(PRODUCT, enrolled(), at(date(2027, 5, 1)), NUMBER, PARTIES, earlier=[last])
    assert said.limits[0].since == ((30_000_000, at(date(2026, 4, 1))), (100_000_000, at(date(2027, 4, 1))))


def test_no_certificate_where_there_is_no_cover() -> None:
    ended = endorsed(enrolled(), date(2027, 9, 1), Reason.cancellation)
    assert summary(ended, at(date(2027, 8, 1))).version == 2
    for cover, day in ((ended, date(2027, 9, 1)), (enrolled(), date(2028, 4, 1))):
        with pytest.raises(NoCoverThen):
            summary(cover, at(day))


def test_a_cover_note_tells_limits_only() -> None:
    note = cover_note(summary())
    assert [each.limit for each in note.limits] == [100_000_000, 30_000_000, 30_000_000]
    told = json.loads(canonical(note))
    assert not {"annual_premium", "premium", "annual_sales", "it_sales", "industry"} & set(told)
    assert not {"security_discount", "group_discount"} & set(told)
    assert all(each["since"] == [] for each in told["limits"])


def test_no_answer_of_the_sheet_is_in_it() -> None:
    sheet = PRODUCT.sheet
    assert sheet is not None
    answers = {question.id: "full" for question in sheet.questions}
    facts = {fact.code: False for fact in sheet.facts}
    request = asked(sheet_discount=None, sheet=Sheet(version=sheet.version, answers=answers, facts=facts))
    text = canonical(summary(enrolled(request))).decode()
    assert '"security_discount":40' in text
    for word in ("answers", "facts", "remote_access", "full", sheet.questions[0].id + '"'):
        assert word not in text


def test_the_canonical_spelling() -> None:
    """RFC 8785 for what a summary holds: sorted keys, no space, no fraction, names code point for code point."""
    raw = canonical(summary())
    told = json.loads(raw, parse_float=lambda text: pytest.fail(text))
    assert json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() == raw
    assert "髙﨑𠮷野" in raw.decode()
    assert told["inception"] == "2027-04-01T16:00+09:00"
    assert "issuer" not in told
    assert set(told) - {"format"} <= {part.name for part in fields(summary())}


def test_it_fits_a_qr_code_and_unpacks() -> None:
    raw = canonical(summary())
    packed = compress(raw)
    assert zlib.decompressobj(-15, WORDS_IN_ADVANCE).decompress(packed) == raw
    assert len(packed) < 700


def test_shares_are_whole_and_one_leads() -> None:
    lead, other = InsurerShare(name="甲", share=6_000, leads=True), InsurerShare(name="乙", share=4_000)
    replace(PARTIES, insurers=(lead, other))
    for wrong in ((lead,), (replace(lead, leads=False), other), (lead, replace(other, leads=True))):
        with pytest.raises(ValueError):  # noqa: PT011
            Parties(**{part.name: getattr(PARTIES, part.name) for part in fields(PARTIES)} | {"insurers": wrong})
