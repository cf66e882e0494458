"""What the office stores. Which table stands behind which wall: ../walls.py."""

from .people import ApiKey, Organisation, OrganisationKind, Role, User
from .quotations import Quotation, QuotationShare, ReleasedFile, ReleasedProduct
from .records import IdempotencyRecord, JournalEntry, SubjectKey

__all__ = [
    "ApiKey",
    "IdempotencyRecord",
    "JournalEntry",
    "Organisation",
    "OrganisationKind",
    "Quotation",
    "QuotationShare",
    "ReleasedFile",
    "ReleasedProduct",
    "Role",
    "SubjectKey",
    "User",
]
