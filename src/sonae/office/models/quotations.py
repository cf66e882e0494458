"""Quotations as they were asked and answered, byte for byte, and the products they were made from."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from .people import Organisation, User
from .records import SubjectKey


class ReleasedProduct(models.Model):
    """One product folder under its hash; its files lie beside it and never change."""

    hash = models.CharField(primary_key=True, max_length=64)
    product_id = models.CharField(max_length=80)
    released_at = models.DateTimeField()

    class Meta:
        db_table = "released_product"


class ReleasedFile(models.Model):
    product = models.ForeignKey(ReleasedProduct, on_delete=models.PROTECT, related_name="files")
    path = models.CharField(max_length=200)
    content = models.BinaryField()

    class Meta:
        db_table = "released_file"
        constraints = [models.UniqueConstraint(fields=["product", "path"], name="released_file_once")]


class Quotation(models.Model):
    """A stored quotation. No column is ever updated: the application role may only insert and select."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agency = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="quotations")
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    valid_until = models.DateField()
    product = models.ForeignKey(ReleasedProduct, on_delete=models.PROTECT, related_name="quotations")
    #: As received; ciphertext under `subject_key` when the request's `for` holds a contact.
    request_bytes = models.BinaryField()
    subject_key = models.ForeignKey(SubjectKey, null=True, on_delete=models.PROTECT, related_name="+")
    #: As sent.
    answer_bytes = models.BinaryField()
    #: Copies for lists, taken from the answer: null when refused. Yen.
    premium = models.BigIntegerField(null=True)
    industry = models.CharField(max_length=16)
    annual_sales = models.BigIntegerField()
    plan = models.CharField(max_length=16)
    set = models.PositiveSmallIntegerField()
    #: The company's name as typed (`for.name`) and its 法人番号; companies are not personal data.
    for_name = models.CharField(max_length=200, blank=True, default="")
    for_corporate_number = models.CharField(max_length=13, blank=True, default="")

    class Meta:
        db_table = "quotation"
        indexes = [models.Index(fields=["agency", "-created_at", "-id"], name="quotation_newest_first")]
        constraints = [
            models.CheckConstraint(condition=Q(premium=None) | Q(premium__gt=0), name="quotation_premium_positive"),
        ]


class QuotationShare(models.Model):
    """A link that shows one quotation to whoever holds it, until it expires or is revoked."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    quotation = models.ForeignKey(Quotation, on_delete=models.PROTECT, related_name="shares")
    agency = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    token_sha256 = models.BinaryField(max_length=32, unique=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "quotation_share"
