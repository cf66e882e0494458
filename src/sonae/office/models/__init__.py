"""What the office stores. Which table stands behind which wall: ../walls.py."""

from .people import KINDS_OF_ROLE, ApiKey, Organisation, OrganisationKind, Role, User
from .quotations import Quotation, QuotationShare, ReleasedFile, ReleasedProduct
from .records import IdempotencyRecord, JournalEntry, SubjectKey

__all__ = [
    "KINDS_OF_ROLE",
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
