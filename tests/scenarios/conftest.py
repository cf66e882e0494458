"""The office's fixtures, for stories."""

from tests.office.conftest import cheap_passwords, office, trade

__all__ = ["cheap_passwords", "office", "trade"]
