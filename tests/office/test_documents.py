"""The quotation paper: what stands on it, letter for letter, and that it is the archive format it says it is."""

import io
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pypdf
import pytest

from sonae.doors.vocabulary import LONGEST_TEXT
from sonae.office import catalogue
from sonae.office.documents import MissingGlyph, OtherProduct, glyphs, quotation_paper, words
from sonae.office.documents.premium_page import premium_page
from sonae.office.documents.typesetting import PAPER, typeset
from sonae.period import JST
from sonae.product import Product, Text
from sonae.quotation import StoredAnswer, quote, stored
from sonae.risk import Limits, QuotationRequest, Sheet

MOMENT = datetime(2026, 11, 3, 23, 30, tzinfo=JST)
NUMBER = "0f8c1d2e-3b4a-4c5d-8e6f-7a8b9c0d1e2f"
NAME = "株式会社髙﨑工務店"


@pytest.fixture(scope="module")
def product() -> Product:
    return catalogue.product("chuokai_cyber_2024")


def asked(**changes: Any) -> QuotationRequest:
    usual: dict[str, Any] = {
        "industry": "D06", "annual_sales": 1_000_000_000, "plan": "basic", "set": 3, "sheet_discount": 30,
        "inception": date(2027, 4, 1),
    }  # fmt: skip
    return QuotationRequest(**usual | changes)


FULL = {
    "industry": "G37", "annual_sales": 500_000_000, "set": 5, "inception": date(2027, 1, 15),
    "limits": Limits(liability=500_000_000, expense=100_000_000, business_income=50_000_000),
    "riders": ("business_income", "it_business", "cyber_attack_basic", "exclude_continuity"),
}  # fmt: skip
"""Everything that can be asked and warned about at once: the fullest first page."""


def answered(product: Product, request: QuotationRequest) -> StoredAnswer:
    return stored(quote(product, request, MOMENT), NUMBER, MOMENT.isoformat(), "2026-12-03")


def paper(product: Product, request: QuotationRequest, name: str = NAME, **changes: Any) -> bytes:
    usual = {
        "addressee_name": name, "corporate_number": "1234567890123", "agency_name": "信濃川保険事務所",
        "solicitor_name": "山口 沙織", "solicitor_registration": "15-0012345",
    }  # fmt: skip
    return quotation_paper(product, request, answered(product, request), **usual | changes)


def reader(pdf: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(pdf))


def pages(pdf: bytes) -> list[str]:
    """The text of every page, without line breaks and spaces: where a line breaks is not what is tested."""
    return ["".join(page.extract_text().split()) for page in reader(pdf).pages]


# --- what stands on it ------------------------------------------------------------------------------------------


def test_first_page(product: Product) -> None:
    first, _ = pages(paper(product, asked()))
    for text in (
        "全国中小企業団体中央会", "サイバーリスク・情報漏えい総合補償プラン御見積書", f"{NAME}御中",
        "法人番号1234567890123", NUMBER, "見積日2026年11月3日", "有効期限2026年12月3日まで",
        "取扱代理店信濃川保険事務所", "募集人山口沙織", "募集人登録番号15-0012345", "年間保険料353,150円",
        "団体割引20%", "セキュリティ割引30%",
        "2024年度版", "ベーシックプランセット3", "利益損害補償特約", "D06建設業", "10億円（税込、直近の事業年度）",
        "2027年4月1日午後4時から2028年4月1日午後4時まで", "1請求・補償期間中1億円なし", "1事故・補償期間中3千万円なし",
        "①情報の漏えい、またはそのおそれ○支払う○6費目を支払う－",
        "思いがけずネットワークが止まり、営業できない－－○支払う",
        "サイバー攻撃で人がけがをした、物が壊れた：身体障害・財物損壊は、ワイドプランの拡張補償特約で支払います。",
        "料率は、募集案内に印刷された12の保険料例から当方が復元したものです。引受保険会社の料率ではありません。",
        "申込みのときに伺います", "免責時間（利益損害）は約款で未確認です",
        "引受保険会社：引受保険会社は募集代理店にお尋ねください", "ページ1/2",
    ):  # fmt: skip
        assert text in first, text
    assert "概算です。審査" not in first


def test_worksheet_page(product: Product) -> None:
    answer = answered(product, asked())
    _, second = pages(paper(product, asked()))
    for line in answer.worksheet:
        assert line.label in second
        assert (f"{line.value:,}円" if line.unit == "yen" else words.factor(line.value)) in second
        assert "".join(words.formula(line.formula).split()) in second
        for source in line.sources:
            assert "".join(words.cited(product, source, "ja").split()) in second
    for mark in ("記載", "公表", "推定", "参考", "仮定"):
        assert mark in second
    for text in (
        "小計の65%", "残りの30%", "割引前の保険料の65%は利益損害です", "python-mverify.premium",
        product.id, product.hash, "ページ2/2",
    ):  # fmt: skip
        assert text in second, text


def test_every_figure_of_the_chart_adds_up(product: Product) -> None:
    for request in (asked(), asked(**FULL), asked(annual_sales=10_000, set=1, sheet_discount=60)):
        answer = answered(product, request)
        chart = premium_page(product, answer, "ja")["chart"]
        parts = [bar for bar in chart["bars"] if not bar["total"]]
        assert sum(int(bar["value"].replace(",", "").replace("−", "-")) for bar in parts) == answer.premium
        assert all(bar["start"] >= 0 and bar["start"] + bar["width"] <= 1003 for bar in chart["bars"])


def test_a_referral_is_provisional(product: Product) -> None:
    """Four referrals, four riders and a part year still leave the worksheet on page two."""
    first, second = pages(paper(product, asked(**FULL)))
    assert "年間保険料（概算）3,124,510円" in first
    assert "審査が済むまで、この金額は概算です。" in first
    assert "補償期間が1年に満たないときの保険料は、申込みのときに示します。" in first
    assert "2027年1月15日午後4時から2027年4月1日午後4時まで" in first
    assert "賠償損害が3億円を超えるときは、引受保険会社の審査が必要です。" in first
    assert "計算過程" in second


def test_a_refusal_has_reasons_and_no_price(product: Product) -> None:
    (only,) = pages(paper(product, asked(annual_sales=20_000_000_000)))
    assert "この条件では引き受けられません" in only
    assert "利益損害補償特約は年間売上高100億円以下の事業者だけが付けられます。" in only
    assert "年間保険料" not in only
    assert "有効期限" not in only
    assert "概算" not in only
    assert "割引率は仮に置いたものです" in only
    assert product.hash in only


def test_a_sheet_that_was_answered(product: Product) -> None:
    sheet = product.sheet
    assert sheet is not None
    full = {question.id: "full" for question in sheet.questions}
    facts = {fact.code: False for fact in sheet.facts}
    request = asked(sheet_discount=None, sheet=Sheet(version=sheet.version, answers=full, facts=facts))
    first, _ = pages(paper(product, request))
    assert "セキュリティ割引40%" in first
    assert "割引確認シートの回答によります" in first
    assert "仮に置いた" not in first


def test_without_business_income_nothing_is_said_of_its_waiting_time(product: Product) -> None:
    request = asked(set=5, limits=Limits(liability=100_000_000, expense=30_000_000))
    first, _ = pages(paper(product, request))
    assert "利益損害補償なし" in first
    assert "免責時間" not in first
    assert "特約なし" in first


# --- approval ---------------------------------------------------------------------------------------------------


def test_specimen_until_approved(product: Product) -> None:
    def specimens(product: Product) -> list[int]:
        return [page.count("見本・未承認") for page in pages(paper(product, asked()))]

    assert specimens(product) == [2, 1], "across every page, and in words at the head"
    approved = replace(product, approval_no="B24-001", approval_valid_until=date(2026, 11, 3))
    assert specimens(approved) == [0, 0]
    assert "承認番号B24-001（2026年11月3日まで）" in pages(paper(approved, asked()))[1]
    assert specimens(replace(approved, approval_valid_until=date(2026, 11, 2))) == [2, 1], "it has run out"


# --- names ------------------------------------------------------------------------------------------------------

KANJI = "𠮷野髙橋﨑神靖精羽﨟葛\U000e0100城㐂𠀋Čapek"


def test_legal_names_code_point_for_code_point(product: Product) -> None:
    first = pages(paper(product, asked(), KANJI, agency_name=KANJI, solicitor_name=KANJI))[0]
    assert first.count(KANJI) == 3


def test_compatibility_ideographs_stay_themselves() -> None:
    """Normalising a text would turn these into look-alikes; the fonts have them, and the paper prints them."""
    characters = [chr(code) for code in range(0xFA0E, 0xFA6E)]
    glyphs.check(characters)
    for character in characters:
        assert words.name(character) == [character]


def test_a_missing_glyph_is_an_error_that_names_it(product: Product) -> None:
    with pytest.raises(MissingGlyph) as told:
        paper(product, asked(), "\U0002a6d6商事")
    assert told.value.characters == ("U+2A6D6",)
    with pytest.raises(MissingGlyph) as told:
        paper(product, asked(), "山\U000e0105\u202e川\x07\U0002a6d6", agency_name="\u200b")
    assert told.value.characters == ("U+5C71 U+E0105", "U+202E", "U+0007", "U+2A6D6", "U+200B")


@pytest.mark.parametrize(
    "name",
    [
        '#set page(fill: red) $x$ *太* _下_ `c` [b] <l> @r \\ // /* "q" #pagebreak()',
        '"}, "sample": null, {"',
        "= 見出し\n#pagebreak()\r\n\t- 項目",
        "W" * (LONGEST_TEXT - 41) + " " + "x" * 40,
        ("日本中小企業団体連合会" * 30)[:LONGEST_TEXT],
        "' OR 1=1 --",
        "",
    ],
)
def test_hostile_names_print_literally(product: Product, name: str) -> None:
    pdf = paper(product, asked(), name, agency_name=name[:120] or "代理店", solicitor_name=name[:60])
    first, second = pages(pdf)
    assert "".join(name.split()) + "御中" in first
    assert "計算過程" in second
    sizes = {(round(page.mediabox.width), round(page.mediabox.height)) for page in reader(pdf).pages}
    assert sizes == {(595, 842)}, "A4"


def test_no_name_leaves_the_sheet(product: Product) -> None:
    """Nothing is set right of the margin, however long a run of letters is."""
    pdf = paper(product, asked(), "W" * LONGEST_TEXT, agency_name="M" * 80)
    starts: list[float] = []

    def at(text: str, _matrix: list[float], position: list[float], *_: Any) -> None:
        if set(text.strip()) <= {"W", "M"} and text.strip():
            starts.append(position[4])

    reader(pdf).pages[0].extract_text(visitor_text=at)
    assert len(starts) > 5
    assert max(starts) < 595 - 48


# --- the format -------------------------------------------------------------------------------------------------


def test_same_input_same_bytes(product: Product) -> None:
    first = paper(product, asked())
    paper(product, asked(**FULL))
    assert paper(product, asked()) == first
    assert paper(product, asked(), "別の会社") != first


def test_archive_and_accessibility(product: Product) -> None:
    """PDF/A-2b and PDF/UA-1 as they identify themselves, with what both ask for; typst validates the rest."""
    file = reader(paper(product, asked()))
    root = file.root_object
    metadata = root["/Metadata"].get_object().get_data().decode()  # type: ignore[attr-defined]
    for fact in (
        "<pdfaid:part>2<", "<pdfaid:conformance>B<", "<pdfuaid:part>1<", "御見積書",
        "<xmp:CreateDate>2026-11-03T14:30:00+00:00<",
    ):  # fmt: skip
        assert fact in metadata, fact
    assert root["/OutputIntents"][0]["/S"] == "/GTS_PDFA1"  # type: ignore[index]
    assert root["/MarkInfo"]["/Marked"]  # type: ignore[index]
    assert root["/Lang"] == "ja-JP"
    assert not file.is_encrypted
    fonts = {
        name: font["/DescendantFonts"][0]["/FontDescriptor"]
        for page in file.pages
        for name, font in page["/Resources"]["/Font"].items()  # type: ignore[index]
    }
    assert fonts
    assert all({"/FontFile2", "/FontFile3"} & set(descriptor) for descriptor in fonts.values())


def test_names_are_data_and_never_markup() -> None:
    """No template builds markup from a text."""
    for template in PAPER.glob("*.typ"):
        assert "eval(" not in template.read_text("utf-8")


def test_english(product: Product) -> None:
    first, second = pages(paper(product, asked(), "Takasaki Builders Ltd.", language="en"))
    for text in ("CyberRiskandInformationLeakPlan", "353,150yen", "1April2027,4p.m.to1April2028,4p.m.", "¥100million"):
        assert text in first, text
    assert "Howthepremiumiscomputed" in second
    assert "御" not in first + second


# --- another product --------------------------------------------------------------------------------------------


def test_an_answer_of_another_product_is_refused(product: Product) -> None:
    other = replace(product, hash="0" * 64)
    with pytest.raises(OtherProduct):
        quotation_paper(other, asked(), answered(product, asked()), addressee_name=NAME, agency_name="代理店")


def test_another_federation_and_hour(product: Product) -> None:
    """Nothing of the first plan is in the code: federation, name, insurer, hours and deductibles come from data."""
    sets = {number: replace(each, deductibles={"liability": 100_000}) for number, each in product.sets.items()}
    other = replace(
        product,
        federation=Text("全国商店街連合会", "Federation of Shopping Streets"),
        name=Text("全国商店街連合会 商店サイバー補償", "Shop Cyber Cover"),
        insurer=Text("例示損害保険株式会社", "Example Insurance"),
        sets=sets,
        calendar=replace(product.calendar, group_year_month=10, start_hour=0),
        notes=dict(product.notes) | {"dispute_resolution": Text("苦情の窓口はこちらです。", "Complaints go here.")},
    )
    first = pages(paper(other, asked()))[0]
    for text in (
        "全国商店街連合会", "商店サイバー補償御見積書", "引受保険会社：例示損害保険株式会社", "10万円",
        "2027年4月1日午前0時から2027年10月1日午前0時まで", "苦情の窓口はこちらです。",
    ):  # fmt: skip
        assert text in first, text
    assert "中央会" not in first.replace("全国中小企業団体中央会）", "")


def test_fonts_are_read_right() -> None:
    """Format 4, 12 and 14 of the character maps, each by characters that stand only there."""
    have = glyphs.coverage()
    assert {ord(character) for character in "aČ髙𠮷㐂𠀋ｱ円¥−"} <= have.characters
    assert (ord("葛"), 0xE0100) in have.variants
    assert 0x2A6D6 not in have.characters
    assert all(code not in have.characters for code in (0x0A, 0xFFFF, 0x10FFFF))
    # Every kanji of JIS X 0213, in which the register of corporate names is written.
    kanji = []
    for code in (*range(0x3400, 0xA000), *range(0xF900, 0xFB00), *range(0x20000, 0x2A6E0)):
        try:
            chr(code).encode("euc_jis_2004")
        except UnicodeEncodeError:
            continue
        kanji.append(chr(code))
    assert len(kanji) > 10_000
    glyphs.check(kanji)


def test_a_template_that_prints_an_unknown_character_is_refused() -> None:
    with pytest.raises(MissingGlyph):
        typeset("quotation", {"deep": [{"down": ("\U0002a6d6",)}]}, MOMENT)
