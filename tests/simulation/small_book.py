"""A small book for the simulation: every kind of cover, drawn from a fixed seed."""

from pathlib import Path

import numpy as np

from sonae.doors.loss_model_files import read_loss_model
from sonae.loss_model import LossModel
from sonae.office import catalogue
from sonae.product import Product
from sonae.simulation_tables import Exposed

FOLDER = Path(catalogue.__file__).parents[1] / "loss_models" / "first_judgement"
LIMITS = {1: (30, 10, 10), 2: (50, 20, 10), 3: (100, 30, 30), 5: (100, 50, 0)}
COVERS = (
    ("basic", 1, ("business_income",)),
    ("wide", 2, ("business_income",)),
    ("basic", 3, ("business_income", "cyber_attack_basic")),
    ("wide", 5, ("it_business",)),
)


def files() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in FOLDER.iterdir()}


def model() -> LossModel:
    return read_loss_model("first_judgement", files())


def product() -> Product:
    return catalogue.default()


def book(members: int = 40, seed: int = 5) -> Exposed:
    """So many members, a quarter of them with each cover."""
    rng = np.random.default_rng(seed)
    cover = np.arange(members, dtype=np.int64) % len(COVERS)
    industries = [("I61", "E09", "D06", "G39")[place] for place in cover]
    limit = np.array([LIMITS[COVERS[place][1]] for place in cover], dtype=np.int64) * 1_000_000
    return Exposed(
        industry=industries,
        annual_sales=rng.integers(50, 5_000, members).astype(np.int64) * 1_000_000,
        quality=rng.beta(2.4, 2.4, members),
        cover=cover,
        covers=COVERS,
        limit=limit,
        deductible=np.zeros((members, 3), dtype=np.int64),
        premium=np.full(members, 300_000, dtype=np.int64),
        cloud=rng.integers(-1, 3, members).astype(np.int64),
        vpn=rng.random(members) < 0.5,
        shop=np.array([code == "I61" for code in industries]),
    )
