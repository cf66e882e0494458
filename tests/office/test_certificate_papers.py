"""Certificates and cover notes: what stands on them, and that nobody can change a byte of them unseen."""

import json
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp

from sonae.certificate import WORDS_IN_ADVANCE, InsurerShare, canonical
from sonae.office import signing
from sonae.office.documents import MissingGlyph
from sonae.office.documents.certificate import certificate_paper, cover_note_paper
from sonae.office.signing import Forged, UnknownKey
from sonae.scheme import Text
from tests.office.paperwork import (
    ADDRESS,
    KEYS,
    MADE,
    NAME,
    NUMBER,
    OTHER_SIGNER,
    PARTIES,
    PRODUCT,
    SIGNER,
    at,
    endorsed,
    enrolled,
    named,
    pages,
    reader,
    summary,
)
from verify import certificate as independent

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def pdf() -> bytes:
    return certificate_paper(summary(), SIGNER, address=ADDRESS, made_at=MADE)


@pytest.fixture(scope="module")
def seal() -> str:
    return signing.seal(SIGNER, summary())


def independently(document: bytes, signer: signing.Signer = SIGNER) -> bool:
    """Whether the checker that shares no code with the office accepts a document."""
    try:
        independent.check(document, independent.Key(signer.public_pem.encode()))
    except (independent.Refused, ValueError, independent.zlib.error):
        return False
    return True


# --- what stands on it ------------------------------------------------------------------------------------------


def test_everything_that_practice_lists(pdf: bytes) -> None:
    (only,) = pages(pdf)
    for text in (
        "全国中小企業団体中央会", "サイバーリスク・情報漏えい総合補償プラン加入内容確認書",
        NUMBER, NAME, "1234567890123",
        "2027年4月1日午後4時から", "2028年4月1日午後4時まで", "ベーシックプランセット3",
        "1請求・補償期間中1億円なし2027年4月1日",
        "1事故・補償期間中3千万円なし2027年4月1日", "サイバーセキュリティ特約", "プロテクト費用補償特約",
        "利益損害補償特約",
        "建設業", "10億円（税込", "団体割引20%割引確認シートによる割引30%", "353,150円",
        "新潟県中小企業団体中央会長岡建設業協同組合",
        "信濃川保険事務所0258-00-0000", "山口沙織（登録番号15-0012345）", "2024年度版",
        "引受保険会社が発行する加入者証ではありません",
        "LANを抜く・電源は切らない", ADDRESS, SIGNER.key_id, PRODUCT.hash,
    ):  # fmt: skip
        assert text in only, text
    for text in ("見本", "24時間受付", "加入者証" + NUMBER):
        assert text not in only, text


def test_with_an_issuer_it_is_a_certificate_with_shares_and_the_24_hour_number() -> None:
    papers = PRODUCT.papers
    assert papers is not None
    insurers = (InsurerShare(name="乙損害保険", share=3_333), InsurerShare(name="甲損害保険", share=6_667, leads=True))
    said = replace(
        summary(parties=replace(PARTIES, insurers=insurers)), issuer="甲損害保険", emergency_number="0120-000-000"
    )
    (only,) = pages(certificate_paper(said, SIGNER, address=ADDRESS, made_at=MADE))
    for text in (
        "加入者証", "下記のとおり加入されていることを証します。",
        "甲損害保険66.67%（幹事）、乙損害保険33.33%", "24時間受付0120-000-000",
    ):  # fmt: skip
        assert text in only, text
    assert "加入内容確認書" not in only


def test_an_increase_shows_both_first_inceptions() -> None:
    cover = endorsed(enrolled(), date(2027, 7, 10), set=4, plan="wide")
    said = summary(cover, at(date(2027, 8, 1)))
    (only,) = pages(certificate_paper(said, SIGNER, address=ADDRESS, made_at=MADE))
    for text in ("1億円まで2027年4月1日3億円まで2027年7月10日", "第2版", "2027年7月10日午後4時", "1年分では"):
        assert text in only, text


def test_a_cover_note_has_no_premium() -> None:
    paper = cover_note_paper(summary(), SIGNER, address=ADDRESS, made_at=MADE, submitted_to="東日本製作所株式会社")
    (only,) = pages(paper)
    for text in ("付保証明書", "ご提出先東日本製作所株式会社御中", NAME, "1億円", "3千万円", "利益損害補償特約"):
        assert text in only, text
    for text in ("353,150", "10億円", "業種", "割引", "初年度加入日"):
        assert text not in only, text
    told = signing.check(paper, KEYS).summary
    assert told is not None
    assert told["kind"] == "cover_note"
    assert "353150" not in json.dumps(told)


@pytest.mark.parametrize("name", ["𠮷田", "髙﨑", "神靖精羽", "葛\U000e0100城", "㈱①", "W" * 90, '"#evil" $x$'])
def test_a_legal_name_stands_code_point_for_code_point(name: str) -> None:
    paper = certificate_paper(summary(parties=named(name)), SIGNER, address=ADDRESS, made_at=MADE)
    assert "".join(name.split()) in pages(paper)[0]
    told = signing.check(paper, KEYS).summary
    assert told is not None
    assert told["named_insured"]["name"] == name


def test_a_name_that_cannot_be_printed_is_an_error() -> None:
    with pytest.raises(MissingGlyph) as told:
        certificate_paper(summary(parties=named("\U0002a6d6商事")), SIGNER, address=ADDRESS, made_at=MADE)
    assert told.value.characters == ("U+2A6D6",)


def test_same_summary_same_bytes(pdf: bytes) -> None:
    assert certificate_paper(summary(), SIGNER, address=ADDRESS, made_at=MADE) == pdf


def test_archive_format_ends_where_the_file_ends(pdf: bytes) -> None:
    metadata = reader(pdf).root_object["/Metadata"].get_object().get_data().decode()  # type: ignore[attr-defined]
    for fact in ("<pdfaid:part>2<", "<pdfaid:conformance>B<", "<pdfuaid:part>1<", "sonae-signature="):
        assert fact in metadata, fact
    assert pdf.endswith(b"%%EOF")


# --- checking ---------------------------------------------------------------------------------------------------


def test_the_file_stands(pdf: bytes) -> None:
    checked = signing.check(pdf, KEYS)
    assert (checked.key_id, checked.whole_file) == (SIGNER.key_id, True)
    assert checked.summary == json.loads(canonical(summary()))
    assert independently(pdf)


def test_the_qr_code_verifies_alone(pdf: bytes) -> None:
    picture = pypdfium2.PdfDocument(pdf)[0].render(scale=4).to_pil()
    texts = [code.text for code in zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)]
    assert [text.partition("#")[0] for text in texts] == [ADDRESS]
    assert signing.check(texts[0].encode(), KEYS).summary == json.loads(canonical(summary()))
    assert independently(texts[0].encode())


def test_a_change_of_any_byte_is_found(pdf: bytes) -> None:
    """Every byte of head, metadata and tail, and a sample of all between: no region is left unsigned."""
    marked = pdf.index(b"sonae-signature=")
    places = {*range(64), *range(marked - 200, marked + 200), *range(len(pdf) - 300, len(pdf)), *range(0, len(pdf), 97)}
    for place in sorted(places):
        changed = bytearray(pdf)
        changed[place] ^= 1
        with pytest.raises(Forged):
            signing.check(bytes(changed), KEYS)
        assert not independently(bytes(changed)), place


def test_adding_and_cutting_is_found(pdf: bytes) -> None:
    room = b"sonae-signature=" + SIGNER.key_id.encode() + b":" + b"0" * 128
    for changed in (pdf + b"\n", pdf[:-1], pdf + pdf, b"%PDF-1.7\n" + pdf, pdf + room, pdf.replace(b"\r\n", b"\n")):
        with pytest.raises(Forged):
            signing.check(changed, KEYS)
        assert not independently(changed)


def test_the_signature_cannot_hide_in_zeros_elsewhere() -> None:
    """Only the digits behind the mark are blanked: a run of zeros in the content is not exchanged unseen."""
    paper = b"%PDF-" + b"0" * 128 + b" sonae-signature=" + SIGNER.key_id.encode() + b":" + b"0" * 128
    signed = signing.sign_file(SIGNER, paper)
    assert signing.check(signed, KEYS).summary is None
    forged = signed.replace(b"0" * 128, signed[-128:])
    with pytest.raises(Forged):
        signing.check(forged, KEYS)
    assert independently(signed)
    assert not independently(forged)


def test_a_change_of_any_character_of_the_qr_code_is_found(seal: str) -> None:
    for place in range(len(seal)):
        for other in ("A", "b", "."):
            changed = seal[:place] + other + seal[place + 1 :]
            if changed == seal:
                continue
            with pytest.raises(Forged):
                signing.open_seal(changed, KEYS)
            assert not independently(changed.encode()), place


def test_another_key_is_not_ours(pdf: bytes, seal: str) -> None:
    others = signing.read_public_keys(OTHER_SIGNER.public_pem.encode())
    for document in (pdf, seal.encode()):
        with pytest.raises(UnknownKey):
            signing.check(document, others)
        assert not independently(document, OTHER_SIGNER)
    # A seal of another key under our key's name.
    forged = signing.seal(replace(OTHER_SIGNER, key_id=SIGNER.key_id), summary())
    with pytest.raises(Forged):
        signing.open_seal(forged, KEYS)


@pytest.mark.parametrize("document", [b"", b"%PDF-1.7", b"hello", "加入者証".encode(), b"S1.0.0.0", b"\xff\xfe", b"x#"])
def test_what_is_no_certificate_is_refused(document: bytes) -> None:
    with pytest.raises(Forged):
        signing.check(document, KEYS)
    assert not independently(document)


def test_the_dictionary_of_the_independent_checker_is_the_format_s() -> None:
    assert independent.DICTIONARY == WORDS_IN_ADVANCE


# --- the commands -----------------------------------------------------------------------------------------------


def _run(*words: object, module: str = "sonae.cli") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", module, *map(str, words)], capture_output=True, text=True, cwd=ROOT, check=False
    )


def test_a_third_party_checks_offline(pdf: bytes, seal: str, tmp_path: Path) -> None:
    file, code, key, other = (tmp_path / name for name in ("paper.pdf", "code.txt", "key.pem", "other.pem"))
    file.write_bytes(pdf)
    code.write_text(f"{ADDRESS}#{seal}\n", "ascii")
    key.write_text(SIGNER.public_pem, "ascii")
    other.write_text(OTHER_SIGNER.public_pem, "ascii")
    for document in (file, code):
        done = _run("certificate", "verify", document, "--public-key", key)
        assert done.returncode == 0, done.stderr
        assert NAME in done.stdout
        assert _run(document, key, module="verify.certificate").returncode == 0
        assert _run("certificate", "verify", document, "--public-key", other).returncode == 1
    told = json.loads(_run("certificate", "verify", file, "--public-key", key, "--json").stdout)
    assert (told["genuine"], told["whole_file"], told["summary"]["number"]) == (True, True, NUMBER)
    file.write_bytes(pdf[:-1] + b"f")
    done = _run("certificate", "verify", file, "--public-key", key, "--json")
    assert (done.returncode, json.loads(done.stdout)["genuine"]) == (1, False)
    assert _run(file, key, module="verify.certificate").returncode == 1
    assert _run("certificate", "verify", file, "--public-key", file).returncode == 1


def test_the_office_checks_by_its_own_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from sonae.office import keys

    monkeypatch.setenv("SONAE_KEY_FILE", str(tmp_path / "keys.json"))
    done = _run("certificate", "public-key")
    assert (done.returncode, (tmp_path / "keys.json").exists()) == (1, False), "no key is made by asking"
    own = signing.signer(keys.load(tmp_path / "keys.json", production=False))
    assert _run("certificate", "public-key", tmp_path / "key.pem").returncode == 0
    assert (tmp_path / "key.pem").read_text("ascii") == own.public_pem
    paper = tmp_path / "paper.pdf"
    paper.write_bytes(certificate_paper(summary(), own, address=ADDRESS, made_at=MADE))
    assert _run("certificate", "verify", paper).returncode == 0


def test_a_title_comes_from_product_data() -> None:
    papers = PRODUCT.papers
    assert papers is not None
    product = replace(PRODUCT, papers=replace(papers, issuer=Text("甲損害保険株式会社", "A"), emergency_number="0120"))
    from sonae.certificate import summarise
    from sonae.office.documents.certificate import paper_title

    said = summarise(product, enrolled(), MADE, NUMBER, PARTIES)
    assert (said.issuer, said.emergency_number, paper_title(said)) == ("甲損害保険株式会社", "0120", "加入者証")
