"""What the office stores. Which table stands behind which wall: ../walls.py."""

from .applications import (
    Application,
    ApplicationContent,
    ApplicationLink,
    ApplicationStep,
    Referral,
    UnderwritingCondition,
)
from .covers import ChangeProposal, Cover, CoverLoss, CoverTransaction, RenewalOffer
from .factors import FactorFailures, LinkKind, LogInLink, Passkey, RecoveryCode, Spent, TotpSecret
from .members import Handling, Member, MemberParticulars, MembershipEvidence, MembershipList
from .papers import GivenFile, IssuedPaper, PaperKind
from .people import KINDS_OF_ROLE, ApiKey, Organisation, OrganisationKind, Role, User
from .quotations import Quotation, QuotationShare, ReleasedFile, ReleasedProduct
from .records import IdempotencyRecord, JournalEntry, SubjectKey

__all__ = [
    "KINDS_OF_ROLE",
    "ApiKey",
    "Application",
    "ApplicationContent",
    "ApplicationLink",
    "ApplicationStep",
    "ChangeProposal",
    "Cover",
    "CoverLoss",
    "CoverTransaction",
    "FactorFailures",
    "GivenFile",
    "Handling",
    "IdempotencyRecord",
    "IssuedPaper",
    "JournalEntry",
    "LinkKind",
    "LogInLink",
    "Member",
    "MemberParticulars",
    "MembershipEvidence",
    "MembershipList",
    "Organisation",
    "OrganisationKind",
    "PaperKind",
    "Passkey",
    "Quotation",
    "QuotationShare",
    "RecoveryCode",
    "Referral",
    "ReleasedFile",
    "ReleasedProduct",
    "RenewalOffer",
    "Role",
    "Spent",
    "SubjectKey",
    "TotpSecret",
    "UnderwritingCondition",
    "User",
]
