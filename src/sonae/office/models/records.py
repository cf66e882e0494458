"""Records that bear the others: keys of subjects, answers kept for retries, the journal."""

from __future__ import annotations

import uuid

from django.db import models


class SubjectKey(models.Model):
    """One person's data key, wrapped by the key-encryption key outside the database.

    Erasing it (both nullable columns set to null) makes every field under it unreadable for good.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey("office.Organisation", on_delete=models.PROTECT, related_name="+")
    key_version = models.PositiveSmallIntegerField()
    wrapped_key = models.BinaryField(null=True)
    #: HMAC over the contact's search form, to find all of one person's keys without reading any.
    blind_index = models.BinaryField(null=True, db_index=True)
    created_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "subject_key"
        constraints = [
            models.CheckConstraint(
                condition=(models.Q(erased_at=None) & models.Q(wrapped_key__isnull=False))
                | models.Q(erased_at__isnull=False, wrapped_key=None, blind_index=None),
                name="subject_key_whole_or_erased",
            )
        ]


class IdempotencyRecord(models.Model):
    """The first answer under one principal's key on one route, kept at least 30 days for retries.

    There is no row for a command that still runs: the command holds an advisory lock of its transaction
    instead (idempotency.py), which a crash releases.
    """

    principal = models.CharField(max_length=80)
    route = models.CharField(max_length=120)
    key = models.CharField(max_length=255)
    body_sha256 = models.BinaryField(max_length=32)
    status = models.PositiveSmallIntegerField()
    location = models.CharField(max_length=200, blank=True, default="")
    answer_bytes = models.BinaryField()
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "idempotency_record"
        constraints = [
            models.UniqueConstraint(fields=["principal", "route", "key"], name="idempotency_key_once"),
        ]


class JournalEntry(models.Model):
    """One fact, written in the same commit as its effect: append-only, numbered without gap, hash-chained."""

    stream = models.CharField(max_length=120)
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=40)
    #: Whose fact it is, for the wall: rows of an organisation are read by it alone; null is the office's own.
    organisation = models.ForeignKey("office.Organisation", null=True, on_delete=models.PROTECT, related_name="+")
    #: `user:<id>` or `key:<id>`, never a name.
    actor = models.CharField(max_length=80)
    effective_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    body = models.BinaryField()
    previous_hash = models.BinaryField(max_length=32)
    hash = models.BinaryField(max_length=32)

    class Meta:
        db_table = "journal"
        constraints = [models.UniqueConstraint(fields=["stream", "number"], name="journal_numbered_once")]
