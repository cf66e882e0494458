"""Organisations, their people, and keys for machines."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils.crypto import salted_hmac


class OrganisationKind(models.TextChoices):
    FEDERATION = "federation", "全国中小企業団体中央会"
    ASSOCIATION = "association", "会員団体"
    COOPERATIVE = "cooperative", "組合"
    AGENCY = "agency", "募集代理店"
    INSURER = "insurer", "引受保険会社"
    MEMBER = "member", "会員事業者"


class Role(models.TextChoices):
    SOLICITOR = "solicitor", "募集人"
    AGENCY_MANAGER = "agency_manager", "代理店管理者"
    ASSOCIATION_OFFICE = "association_office", "会員団体・組合の事務局"
    FEDERATION_OFFICE = "federation_office", "中央会の事務局"
    UNDERWRITER = "underwriter", "引受担当"
    CLAIMS_HANDLER = "claims_handler", "損害調査担当"
    CLAIMS_MANAGER = "claims_manager", "損害調査管理者"
    AUDITOR = "auditor", "監査人"
    OPERATOR = "operator", "システム運用者"
    MEMBER = "member", "会員事業者の担当者"


#: Every role belongs to kinds of organisation: a federation's staff cannot hold an insurer's role. The database
#: holds this too (a CHECK on `office_user`, whose kind is tied to the organisation's by a foreign key).
KINDS_OF_ROLE: dict[str, tuple[str, ...]] = {
    Role.SOLICITOR: (OrganisationKind.AGENCY,),
    Role.AGENCY_MANAGER: (OrganisationKind.AGENCY,),
    Role.ASSOCIATION_OFFICE: (OrganisationKind.ASSOCIATION, OrganisationKind.COOPERATIVE),
    Role.FEDERATION_OFFICE: (OrganisationKind.FEDERATION,),
    Role.UNDERWRITER: (OrganisationKind.INSURER,),
    Role.CLAIMS_HANDLER: (OrganisationKind.INSURER,),
    Role.CLAIMS_MANAGER: (OrganisationKind.INSURER,),
    Role.AUDITOR: (OrganisationKind.FEDERATION, OrganisationKind.INSURER),
    Role.OPERATOR: (OrganisationKind.FEDERATION,),
    Role.MEMBER: (OrganisationKind.MEMBER,),
}


def role_belongs_to_kind() -> Q:
    legal = Q()
    for role, kinds in KINDS_OF_ROLE.items():
        legal |= Q(role=str(role), organisation_kind__in=[str(kind) for kind in kinds])
    return legal


class Organisation(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=16, choices=OrganisationKind)
    #: The legal name code point for code point as typed; never normalised.
    name = models.CharField(max_length=200)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    created_at = models.DateTimeField()

    class Meta:
        db_table = "organisation"
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=OrganisationKind.values), name="organisation_kind_known"),
            models.UniqueConstraint(fields=["id", "kind"], name="organisation_with_its_kind"),
        ]

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(username=username)


class User(AbstractBaseUser):
    """A person who logs in, in one role at one organisation. There is no superuser and no staff flag."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    username = models.CharField(max_length=80, unique=True)
    #: The name on screens; ciphertext under the person's own key (subjects.py), so that it can be erased.
    name_ciphertext = models.BinaryField(null=True)
    subject_key = models.ForeignKey("office.SubjectKey", null=True, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="people")
    organisation_kind = models.CharField(max_length=16, choices=OrganisationKind)
    role = models.CharField(max_length=20, choices=Role)
    is_active = models.BooleanField(default=True)
    #: 募集人登録番号 and the last day on which the registration is live; agency people only.
    registration_number = models.CharField(max_length=40, blank=True, default="")
    registration_expires = models.DateField(null=True, blank=True)
    #: Raised to end every session of the person at once (suspension, a new set of factors); they never come back.
    session_epoch = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()

    USERNAME_FIELD = "username"
    objects = UserManager()

    class Meta:
        db_table = "office_user"
        constraints = [
            models.CheckConstraint(condition=role_belongs_to_kind(), name="role_belongs_to_kind_of_organisation"),
            models.CheckConstraint(
                condition=Q(registration_expires=None) | ~Q(registration_number=""),
                name="registration_has_a_number",
            ),
        ]

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What a session must match: Django's own asks the password only."""
        value = f"{self.password}\0{self.session_epoch}"
        return salted_hmac("sonae.session", value, secret=secret, algorithm="sha256").hexdigest()

    def registration_is_live(self, today: date) -> bool:
        return bool(self.registration_number) and (
            self.registration_expires is not None and today <= self.registration_expires
        )


class ApiKey(models.Model):
    """A machine's key: `id.secret`, the secret shown once and kept only as a hash of its 256 random bits."""

    id = models.CharField(primary_key=True, max_length=32)
    secret_sha256 = models.BinaryField(max_length=32)
    label = models.CharField(max_length=80)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="keys")
    #: Who answers for the key; it never may more than this person may now.
    holder = models.ForeignKey(User, on_delete=models.PROTECT, related_name="keys")
    scopes = models.JSONField()
    budget_per_minute = models.PositiveIntegerField()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "api_key"

    def is_live(self, moment: datetime) -> bool:
        return self.revoked_at is None and moment < self.expires_at
