"""A loss model's folder: what is wrong in it is named with its file and line."""

import pytest

from sonae.doors.files import BrokenProduct
from sonae.doors.loss_model_files import read_loss_model
from tests.simulation import small_book


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("perils.csv", "Ransomware,0.0050", "Ransomware,often", "perils.csv:2: frequency"),
        ("perils.csv", ",1,1,1,0.85,", ",1,1,1,0.85,,", "perils.csv:2: the row has not as many cells"),
        ("perils.csv", "MAL,", "RW,", "code RW is there twice"),
        ("amounts.csv", "RW,初動対応", "XX,初動対応", "the peril XX is not in perils.csv"),
        ("amounts.csv", ",jnsa_2021,comparable,", ",jnsa_1999,comparable,", "source 'jnsa_1999' is not in sources.csv"),
        ("notices.csv", "share", "few", "notices.csv:2: persons"),
        ("scenarios.csv", "reaches", "touches", "the columns are not the file's: reaches, touches"),
        ("model.toml", "variation = 0.30", "variations = 0.30", "shared_year.variations is not known"),
        ("model.toml", "[minor]", "[large]", "large is no table of a loss model"),
        ("model.toml", 'outage = "network_outage"', "", "model.toml:1: outage: Field required"),
        ("stoppages.csv", "統計がないため置いた", "", "an assumed value needs a reason"),
    ],
)  # fmt: skip
def test_a_fault_is_named(file: str, old: str, new: str, said: str) -> None:
    files = small_book.files()
    text = files[file].decode()
    assert old in text
    files[file] = text.replace(old, new).encode()
    with pytest.raises(BrokenProduct) as broken:
        read_loss_model("broken", files)
    assert said in str(broken.value)


def test_a_missing_file_is_named() -> None:
    files = small_book.files()
    del files["stoppages.csv"]
    with pytest.raises(BrokenProduct, match=r"stoppages\.csv:1: the file is missing"):
        read_loss_model("broken", files)


def test_its_hash_is_that_of_its_files() -> None:
    files = small_book.files()
    before = read_loss_model("first", files).hash
    files["perils.csv"] += b"\n"
    assert read_loss_model("first", files).hash != before
