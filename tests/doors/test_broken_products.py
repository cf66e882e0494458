"""A gallery of product folders that cannot be read: bytes, files, shapes and sources."""

import pytest

from sonae.doors.folder import BrokenProduct, content_hash, read_product
from tests.doors.planting import FILES, Planted, line_of, refused, swap

GALLERY: dict[str, Planted] = {
    # --- bytes and files
    "not UTF-8": ("plans.toml", lambda raw: raw.decode().encode("cp932"), 5, "the file is not UTF-8"),
    "a byte order mark in TOML": ("plans.toml", lambda raw: b"\xef\xbb\xbf" + raw, 1, "byte order mark"),
    "a byte order mark in CSV": ("sets.csv", lambda raw: b"\xef\xbb\xbf" + raw, 1, "byte order mark"),
    "TOML that is none": (
        "plans.toml",
        swap('factor = "full"', "factor = full"),
        line_of("plans.toml", 'factor = "full"'),
        "not TOML",
    ),
    "a TOML key twice": (
        "calendar.toml",
        swap("lag_months = 1", "lag_months = 1\nlag_months = 1"),
        line_of("calendar.toml", "lag_months") + 1,
        "not TOML",
    ),
    # --- shapes
    "an unknown TOML key": (
        "plans.toml",
        swap('factor = "full"', 'factor = "full"\ncolour = 1'),
        line_of("plans.toml", 'factor = "full"') + 1,
        "colour: Extra inputs are not permitted",
    ),
    "a TOML key missing": (
        "plans.toml",
        swap('name_en = "Light"\n', ""),
        line_of("plans.toml", "[plans.light]"),
        "plans.light.name_en: Field required",
    ),
    "a boolean for a number": (
        "tariff.toml",
        swap("value = 60", "value = true"),
        line_of("tariff.toml", "value = 60"),
        "Input should be a valid integer",
    ),
    "a fraction for a number": (
        "tariff.toml",
        swap("value = 60", "value = 60.0"),
        line_of("tariff.toml", "value = 60"),
        "Input should be a valid integer",
    ),
    "text for a number": (
        "tariff.toml",
        swap("value = 60", 'value = "60"'),
        line_of("tariff.toml", "value = 60"),
        "Input should be a valid integer",
    ),
    "a status that is none": (
        "tariff.toml",
        swap("value = 60", 'value = 60, status = "known"'),
        line_of("tariff.toml", "value = 60"),
        "status",
    ),
    "a month that is none": (
        "calendar.toml",
        swap("group_year_month = 7", "group_year_month = 13"),
        line_of("calendar.toml", "group_year_month"),
        "less than or equal to 12",
    ),
    "another currency": ("product.toml", swap('"JPY"', '"EUR"'), line_of("product.toml", "currency"), "JPY"),
    "a note in one language": (
        "product.toml",
        swap('en = "It is too old."\n', ""),
        line_of("product.toml", "[notes.certificate_too_old]"),
        "`ja` and `en` are needed",
    ),
    "a note missing": (
        "product.toml",
        swap('[notes.certificate_too_old]\nja = "古すぎます。"\nen = "It is too old."\n', ""),
        line_of("product.toml", "[notes]"),
        "the note certificate_too_old is missing",
    ),
    # --- CSV
    "a column missing": ("sets.csv", lambda raw: raw.replace(b",free,", b",open,"), 1, "the column free is missing"),
    "a column twice": (
        "sales_curve.csv",
        lambda raw: raw.replace(b",reason\n", b",reason,reason\n").replace(b"stated,\n", b"stated,,\n"),
        1,
        "a column is there twice",
    ),
    "a row too short": ("sets.csv", swap(",leaflet,stated,\n2,", "\n2,"), 2, "not as many cells as the header"),
    "a row too long": (
        "sales_curve.csv",
        swap("6000,leaflet,stated,", "6000,leaflet,stated,,,"),
        2,
        "not as many cells as the header",
    ),
    "a number with a sign": ("sales_curve.csv", swap("6000", "-6000"), 2, "a whole number in ASCII digits is needed"),
    "a number in full-width digits": (
        "sales_curve.csv",
        swap("6000", "６０００"),
        2,
        "a whole number in ASCII digits is needed",
    ),
    "a number with commas": (
        "sales_curve.csv",
        swap("5000000,6000", '"5,000,000",6000'),
        2,
        "a whole number in ASCII digits is needed",
    ),
    "a flag that is neither 0 nor 1": ("sets.csv", swap("Free set,1", "Free set,yes"), 4, "free"),
    "a factor that is no number": (
        "industries.csv",
        swap("11500", "1.15"),
        2,
        "standard_factor: a whole number in ASCII digits is needed",
    ),
    # --- sources
    "an unknown source in CSV": (
        "sales_curve.csv",
        swap("6000,leaflet", "6000,hearsay"),
        2,
        "source 'hearsay' is not in sources.csv",
    ),
    "an unknown source in TOML": (
        "tariff.toml",
        swap("value = 60", 'value = 60, source = "hearsay"'),
        line_of("tariff.toml", "value = 60"),
        "source 'hearsay' is not in sources.csv",
    ),
    "an unknown source of a whole file": (
        "plans.toml",
        swap('source = "leaflet"', 'source = "hearsay"'),
        line_of("plans.toml", "[plans.light]"),
        "source 'hearsay' is not in sources.csv",
    ),
    "an assumed value without a reason in CSV": (
        "sales_curve.csv",
        swap("6000,leaflet,stated,", "6000,leaflet,assumed,"),
        2,
        "an assumed value needs a reason",
    ),
    "an assumed value without a reason in TOML": (
        "tariff.toml",
        swap("value = 60", 'value = 60, status = "assumed"'),
        line_of("tariff.toml", "value = 60"),
        "an assumed value needs a reason",
    ),
    "no source at all": (
        "tariff.toml",
        swap('source = "leaflet"\n', ""),
        line_of("tariff.toml", "liability_share") - 1,
        "a source and a status are needed",
    ),
}


@pytest.mark.parametrize("fault", GALLERY)
def test_is_refused_with_file_line_and_reason(fault: str) -> None:
    refused(GALLERY[fault])


OPTIONAL = {"sheet.toml", "business_income_limits.csv", "settlement.toml"}


@pytest.mark.parametrize("file", sorted(FILES.keys() - OPTIONAL))
def test_a_folder_without_one_of_its_files_is_refused(file: str) -> None:
    with pytest.raises(BrokenProduct) as broken:
        read_product({name: raw for name, raw in FILES.items() if name != file})
    assert f"{file}:1: the file is missing" in map(str, broken.value.faults)


def test_a_file_that_belongs_to_no_product_is_refused() -> None:
    with pytest.raises(BrokenProduct, match=r"rates\.csv:1: no such file belongs to a product"):
        read_product({**FILES, "rates.csv": b"a,b\n"})


def test_every_fault_is_reported_at_once() -> None:
    files = {
        **FILES,
        "plans.toml": swap('"wider", "points"', '"wider", "pints"')(FILES["plans.toml"]),
        "sets.csv": swap("30000000,3000000,1000000", "30000001,3000000,1000000")(FILES["sets.csv"]),
        "industry_names.csv": swap("S6,", "S9,")(FILES["industry_names.csv"]),
    }
    with pytest.raises(BrokenProduct) as broken:
        read_product(files)
    assert {fault.file for fault in broken.value.faults} == {"plans.toml", "sets.csv", "industry_names.csv"}


def test_a_plan_without_a_sheet_loads_and_gives_no_discount() -> None:
    files = {**FILES, "examples.csv": FILES["examples.csv"].split(b"\n")[0] + b"\n"}
    del files["sheet.toml"]
    assert read_product(files).sheet is None


def test_the_hash_is_of_paths_and_bytes_and_of_nothing_else() -> None:
    assert content_hash(FILES) == content_hash(dict(reversed(FILES.items()))) == read_product(FILES).hash
    assert content_hash({**FILES, "README.md": b"words"}) == content_hash(FILES)
    assert content_hash({**FILES, "sets.csv": FILES["sets.csv"] + b"\n"}) != content_hash(FILES)
    renamed = {("plan.toml" if name == "plans.toml" else name): raw for name, raw in FILES.items()}
    assert content_hash(renamed) != content_hash(FILES)
