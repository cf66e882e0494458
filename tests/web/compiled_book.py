"""What a run of a book compiles, compiled before a test holds a transaction open."""

from pathlib import Path

from sonae import impact
from sonae.office import book_files, catalogue, simulated, synthetic_books


def compile_all(folder: Path) -> None:
    """Rate, compare and simulate a few members once."""
    product, source = catalogue.default(), folder / "book.parquet"
    with book_files.Writer(source) as writer:
        for batch in synthetic_books.batches(product, 20, 1):
            writer.write(batch)
    simulated.simulate(product, simulated.loss_model(), source, years=20, seed=1)
    simulated.premiums(product, source)
    _, before, after = book_files.whole_book(source, product, product)
    impact.impact(product, product, before, after)
