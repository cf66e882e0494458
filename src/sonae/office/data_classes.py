"""The data class of every column: P0 public, P1 business, P2 personal, P3 secret (invariants, D-01).

Of the tables of Django and its neighbours the whole table has one class: the highest of its columns.
"""

P0, P1, P2, P3 = "P0", "P1", "P2", "P3"

COLUMNS: dict[str, dict[str, str]] = {
    "organisation": {"id": P1, "kind": P1, "name": P1, "parent_id": P1, "created_at": P1},
    "office_user": {
        "id": P1, "password": P3, "last_login": P2, "username": P2, "name_ciphertext": P2, "subject_key_id": P1,
        "organisation_id": P1, "organisation_kind": P1, "role": P1, "is_active": P1, "registration_number": P2,
        "registration_expires": P2, "created_at": P1,
    },
    "api_key": {
        "id": P1, "secret_sha256": P3, "label": P1, "organisation_id": P1, "holder_id": P1, "scopes": P1,
        "budget_per_minute": P1, "created_at": P1, "expires_at": P1, "revoked_at": P1,
    },
    "quotation": {
        "id": P1, "agency_id": P1, "created_by_id": P1, "created_at": P1, "valid_until": P1, "product_id": P0,
        "request_bytes": P2, "subject_key_id": P1, "answer_bytes": P1, "premium": P1, "industry": P1,
        "annual_sales": P1, "plan": P1, "set": P1, "for_name": P1, "for_corporate_number": P1,
    },
    "quotation_share": {
        "id": P1, "quotation_id": P1, "agency_id": P1, "token_sha256": P3, "created_by_id": P1, "created_at": P1,
        "expires_at": P1, "revoked_at": P1,
    },
    "subject_key": {
        "id": P1, "organisation_id": P1, "key_version": P1, "wrapped_key": P3, "blind_index": P2, "created_at": P1,
        "erased_at": P1,
    },
    "idempotency_record": {
        "id": P1, "principal": P1, "route": P0, "key": P1, "body_sha256": P1, "status": P1, "location": P1,
        "answer_bytes": P1, "created_at": P1,
    },
    "journal": {
        "id": P1, "stream": P1, "number": P1, "kind": P1, "organisation_id": P1, "actor": P1, "effective_at": P1,
        "recorded_at": P1, "body": P1, "previous_hash": P1, "hash": P1,
    },
    "released_product": {"hash": P0, "product_id": P0, "released_at": P0},
    "released_file": {"id": P0, "product_id": P0, "path": P0, "content": P0},
}  # fmt: skip

TABLES: dict[str, str] = {
    "django_session": P3, "django_migrations": P0, "django_content_type": P0,
    "auth_permission": P0, "auth_group": P0, "auth_group_permissions": P0,
    "axes_accessattempt": P2, "axes_accessattemptexpiration": P1, "axes_accessfailurelog": P2, "axes_accesslog": P2,
    "procrastinate_jobs": P1, "procrastinate_events": P1, "procrastinate_periodic_defers": P0,
    "procrastinate_workers": P0,
}  # fmt: skip
