"""The data class of every column: P0 public, P1 business, P2 personal, P3 secret (invariants, D-01).

Of the tables of Django and its neighbours the whole table has one class: the highest of its columns.
"""

P0, P1, P2, P3 = "P0", "P1", "P2", "P3"

COLUMNS: dict[str, dict[str, str]] = {
    "organisation": {"id": P1, "kind": P1, "name": P1, "parent_id": P1, "created_at": P1},
    "office_user": {
        "id": P1, "password": P3, "last_login": P2, "username": P2, "name_ciphertext": P2, "subject_key_id": P1,
        "organisation_id": P1, "organisation_kind": P1, "role": P1, "is_active": P1, "registration_number": P2,
        "registration_expires": P2, "session_epoch": P1, "created_at": P1,
    },
    "api_key": {
        "id": P1, "secret_sha256": P3, "label": P1, "organisation_id": P1, "holder_id": P1, "scopes": P1,
        "budget_per_minute": P1, "created_at": P1, "expires_at": P1, "revoked_at": P1,
    },
    "passkey": {
        "id": P1, "user_id": P1, "credential_id": P2, "public_key": P1, "sign_count": P1, "label": P2,
        "created_at": P1, "last_used_at": P2, "revoked_at": P1,
    },
    "totp_secret": {
        "id": P1, "user_id": P1, "secret_ciphertext": P3, "key_version": P1, "created_at": P1, "confirmed_at": P1,
        "revoked_at": P1, "last_step": P1,
    },
    "recovery_code": {
        "id": P1, "user_id": P1, "code_sha256": P3, "created_at": P1, "used_at": P1, "revoked_at": P1,
    },
    "factor_failures": {"user_id": P1, "failures": P1, "paused_until": P1},
    "spent": {"digest": P1, "until": P1},
    "log_in_link": {
        "id": P1, "kind": P1, "token_sha256": P3, "organisation_id": P1, "issuer_id": P1, "user_id": P1,
        "subject_key_id": P1, "mail_ciphertext": P2, "created_by": P1, "created_at": P1, "expires_at": P1,
        "used_at": P1, "revoked_at": P1,
    },
    "mail": {
        "id": P1, "kind": P1, "cause": P1, "organisation_id": P1, "subject_key_id": P1, "message_ciphertext": P3,
        "caused_by": P1, "recorded_at": P1, "good_until": P1,
    },
    "mail_attempt": {
        "id": P1, "mail_id": P1, "number": P1, "at": P1, "adapter": P1, "outcome": P1, "code": P1,
    },
    "mail_address": {
        "id": P1, "user_id": P1, "number": P1, "organisation_id": P1, "subject_key_id": P1, "address_ciphertext": P2,
        "set_by": P1, "set_at": P1,
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
    "member": {
        "organisation_id": P1, "serial": P1, "cooperative_id": P1, "association_id": P1, "corporate_number": P1,
        "legal_name": P1, "reading": P1, "search_name": P1, "skeleton": P1, "postal_code": P1, "address": P1,
        "subject_key_id": P1, "contact_ciphertext": P2, "created_at": P1,
    },
    "member_particulars": {
        "id": P1, "member_id": P1, "number": P1, "legal_name": P1, "reading": P1, "postal_code": P1, "address": P1,
        "effective_at": P1, "recorded_at": P1, "actor": P1,
    },
    "handling": {"id": P1, "member_id": P1, "agency_id": P1, "begun_at": P1, "suspended_at": P1, "ended_at": P1},
    "membership_list": {
        "id": P1, "cooperative_id": P1, "as_of": P1, "confirmed_by": P1, "confirmed_at": P1, "content_sha256": P1,
    },
    "membership_evidence": {"id": P1, "list_id": P1, "member_id": P1, "is_member": P1, "as_of": P1, "recorded_at": P1},
    "application": {
        "id": P1, "member_id": P1, "agency_id": P1, "product_id": P0, "disclosure_version": P0, "inception": P1,
        "renews_id": P1, "created_by": P1, "created_at": P1,
    },
    "application_content": {
        "id": P1, "application_id": P1, "number": P1, "quotation_id": P1, "valid_until": P1, "request_bytes": P1,
        "answer_bytes": P1, "premium": P1, "created_by": P1, "created_at": P1,
    },
    "application_step": {
        "id": P1, "application_id": P1, "number": P1, "step": P1, "at": P1, "actor": P1, "party": P1, "channel": P1,
        "factor": P1, "content": P1, "outcome": P1, "body": P1, "detail_ciphertext": P2,
    },
    "application_answers": {"id": P1, "application_id": P1, "number": P1, "body": P1},
    "application_link": {
        "id": P1, "application_id": P1, "member_id": P1, "token_sha256": P3, "created_by": P1, "created_at": P1,
        "expires_at": P1, "revoked_at": P1,
    },
    "referral": {
        "id": P1, "application_id": P1, "content": P1, "grounds": P1, "proposed_by": P1, "opened_at": P1,
        "decided_at": P1, "decided_by": P1, "outcome": P1, "reason": P1,
    },
    "underwriting_condition": {
        "id": P1, "application_id": P1, "text": P1, "due": P1, "set_by": P1, "set_at": P1, "closed_by": P1,
        "closed_at": P1, "note": P1,
    },
    "cover": {
        "id": P1, "number": P1, "member_id": P1, "member_serial": P1, "agency_id": P1, "application_id": P1,
        "quotation_id": P1, "renews_id": P1, "product_id": P0, "request_bytes": P1, "content": P1, "inception": P1,
        "expiry": P1, "applied_on": P1, "accepted_on": P1, "concluded_on": P1, "booking_month": P1, "ends_at": P1,
        "premium": P1, "version": P1,
    },
    "cover_transaction": {
        "id": P1, "cover_id": P1, "number": P1, "reason": P1, "effective": P1, "recorded": P1, "actor": P1,
        "approver": P1, "changes": P1, "particulars": P1, "undoes": P1, "by_fraud": P1, "note": P1, "charge": P1,
        "written": P1, "months": P1,
    },
    "change_proposal": {
        "id": P1, "cover_id": P1, "change_bytes": P1, "proposed_by": P1, "role": P1, "proposed_at": P1,
        "decided_by": P1, "decided_at": P1, "outcome": P1,
    },
    "cover_loss": {"id": P1, "cover_id": P1, "occurred_at": P1, "notified_at": P1, "actor": P1, "claim_id": P1},
    "renewal_offer": {
        "id": P1, "cover_id": P1, "member_id": P1, "group_year": P1, "product_id": P0, "request_bytes": P1,
        "answer_bytes": P1, "premium": P1, "premium_before": P1, "parts": P1, "membership_confirmed": P1,
        "offered_at": P1,
    },
    "common_cause": {"id": P1, "name": P1, "opened_by": P1, "opened_at": P1},
    "claim": {
        "id": P1, "number": P1, "member_id": P1, "subject_key_id": P1, "opened_at": P1, "opened_by": P1, "event": P1,
        "circumstances": P1, "known_at": P1, "notified_at": P1, "received_at": P1, "version": P1, "state": P1,
        "handler": P1, "common_cause_id": P1,
    },
    "claim_notice": {
        "id": P1, "claim_id": P1, "number": P1, "cover_id": P1, "certificate_number": P2, "channel": P1,
        "known_at": P1, "notified_at": P1, "received_at": P1, "occurred_at": P1, "stopped_at": P1, "event": P1,
        "circumstances": P1, "facts": P1, "subject_key_id": P1, "story_ciphertext": P2, "callback_ciphertext": P2,
        "called_back_at": P1, "called_back_by": P1, "outcome": P1, "actor": P1,
    },
    "claim_consent": {
        "id": P1, "claim_id": P1, "member_id": P1, "agency_id": P1, "given_at": P1, "given_by": P1, "basis": P1,
        "withdrawn_at": P1,
    },
    "claim_task": {
        "id": P1, "claim_id": P1, "step": P1, "title": P1, "owner_ciphertext": P2, "due": P1, "made_by": P1,
        "made_at": P1, "state": P1, "settled_at": P1, "settled_by": P1, "evidence_id": P1,
    },
    "claim_spend": {
        "id": P1, "claim_id": P1, "head": P1, "vendor": P1, "purpose": P1, "amount": P1, "file_id": P1,
        "asked_by": P1, "asked_at": P1, "state": P1, "cover_id": P1, "approved": P1, "decided_by": P1,
        "decided_at": P1, "reason": P1,
    },
    "claim_demand": {
        "id": P1, "claim_id": P1, "number": P1, "made_at": P1, "amount": P1, "claimants": P1,
        "claimant_ciphertext": P2, "series_of_id": P1, "recorded_by": P1, "recorded_at": P1, "settled_for": P1,
        "agreed_by": P1, "agreed_at": P1,
    },
    "claim_milestone": {"id": P1, "claim_id": P1, "kind": P1, "at": P1, "note": P1, "recorded_at": P1, "actor": P1},
    "claim_turn": {"id": P1, "claim_id": P1, "number": P1, "turn": P1, "reason": P1, "at": P1, "actor": P1},
    "claim_file": {
        "id": P1, "claim_id": P1, "name_ciphertext": P2, "kind": P1, "size": P1, "sha256": P1, "storage_name": P3,
        "handed_in_by": P1, "handed_in_at": P1, "examined_at": P1, "scanned_by": P1,
    },
    "claim_reserve": {
        "id": P1, "claim_id": P1, "number": P1, "head": P1, "amount": P1, "before": P1, "typical": P1, "reason": P1,
        "at": P1, "actor": P1,
    },
    "claim_decision": {
        "id": P1, "claim_id": P1, "number": P1, "product_id": P0, "facts_bytes": P3, "proof_bytes": P3,
        "proof_sha256": P1, "outcome": P1, "claimed": P1, "payable": P1, "heads": P1, "likes": P1, "departure": P1,
        "reason": P1, "made_by": P1, "made_at": P1, "confirmed_by": P1, "confirmed_at": P1,
    },
    "claim_payee": {
        "id": P1, "claim_id": P1, "kind": P1, "subject_key_id": P1, "account_ciphertext": P2, "ending": P2,
        "fresh_until": P1, "replaces_id": P1, "made_by": P1, "made_at": P1, "called_back_at": P1,
        "called_back_by": P1, "called_back_note": P1,
    },
    "claim_premium": {"id": P1, "claim_id": P1, "cover_id": P1, "received": P1, "note": P1, "actor": P1, "at": P1},
    "claim_payment": {
        "id": P1, "claim_id": P1, "number": P1, "decision_id": P1, "payee_id": P1, "payee_kind": P1, "amount": P1,
        "damages": P1, "lien": P1, "lien_file_id": P1, "cumulative": P1, "approvers_needed": P1, "manager_needed": P1,
        "fresh_payee": P1, "state": P1, "made_by": P1, "made_at": P1, "approved_at": P1, "posted_at": P1,
        "posted_by": P1, "voided_at": P1, "voided_by": P1, "void_reason": P1,
    },
    "claim_payment_line": {
        "id": P1, "payment_id": P1, "cover_id": P1, "coverage": P1, "head": P1, "amount": P1, "premium_id": P1,
        "premium_received": P1, "spend_id": P1,
    },
    "claim_approval": {"id": P1, "payment_id": P1, "made_by": P1, "approver": P1, "is_manager": P1, "at": P1},
    "claim_letter": {
        "id": P1, "claim_id": P1, "number": P1, "kind": P1, "decision_id": P1, "payment_id": P1, "content": P1,
        "content_sha256": P1, "issued_at": P1, "issued_by": P1,
    },
    "claim_recovery": {
        "id": P1, "claim_id": P1, "payment_id": P1, "line_id": P1, "kind": P1, "from_whom": P1, "expected": P1,
        "note_ciphertext": P2, "made_by": P1, "made_at": P1, "received": P1, "received_at": P1,
    },
    "claim_aggregate": {
        "id": P1, "cover_id": P1, "member_id": P1, "coverage": P1, "head": P1, "claim_id": P1, "limit": P1,
        "paid": P1, "prepared": P1, "committed": P1,
    },
    "given_file": {"sha256": P0, "product_id": P0, "language": P0, "content": P0, "kept_at": P0},
    "issued_paper": {
        "id": P1, "number": P1, "kind": P1, "member_id": P1, "cover_id": P1, "application_id": P1, "offer_id": P1,
        "version": P1, "part": P1, "content": P1, "content_sha256": P1, "issued_at": P1, "issued_by": P1,
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
