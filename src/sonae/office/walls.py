"""Which wall each table stands behind, what the application role may do there, and the check of both at start.

The second wall after the permissions in access.py: row-level security, forced on every table that holds
members' data. A request's reach is set for its transaction only (`enter`), so nothing is seen without one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import connection, transaction

#: Tables under forced row-level security, with what the application role may do. Nothing may be deleted or
#: changed that is not named here: a quotation, a released product and a journal entry never change.
MEMBERS_DATA: dict[str, str] = {
    "organisation": "SELECT, INSERT, UPDATE (name, parent_id)",
    "quotation": "SELECT, INSERT",
    "quotation_share": "SELECT, INSERT, UPDATE (revoked_at)",
    "subject_key": "SELECT, INSERT, UPDATE (wrapped_key, blind_index, erased_at)",
    "idempotency_record": "SELECT, INSERT, DELETE",
    "journal": "SELECT, INSERT",
    "member": "SELECT, INSERT, UPDATE (cooperative_id, association_id, legal_name, reading, search_name, skeleton, "
    "postal_code, address, subject_key_id, contact_ciphertext)",
    "member_particulars": "SELECT, INSERT",
    "handling": "SELECT, INSERT, UPDATE (suspended_at, ended_at)",
    "membership_list": "SELECT, INSERT",
    "membership_evidence": "SELECT, INSERT",
    "application": "SELECT, INSERT",
    "application_content": "SELECT, INSERT",
    "application_step": "SELECT, INSERT",
    "application_answers": "SELECT, INSERT",
    "application_link": "SELECT, INSERT, UPDATE (revoked_at)",
    "referral": "SELECT, INSERT, UPDATE (decided_at, decided_by, outcome, reason)",
    "underwriting_condition": "SELECT, INSERT, UPDATE (closed_by, closed_at, note)",
    "cover": "SELECT, INSERT, UPDATE (ends_at, premium, version)",
    "cover_transaction": "SELECT, INSERT",
    "change_proposal": "SELECT, INSERT, UPDATE (decided_by, decided_at, outcome)",
    "cover_loss": "SELECT, INSERT",
    "renewal_offer": "SELECT, INSERT",
    "issued_paper": "SELECT, INSERT",
    "log_in_link": "SELECT, INSERT, UPDATE (user_id, used_at, revoked_at)",
    "mail": "SELECT, INSERT",
    "mail_attempt": "SELECT, INSERT",
    "mail_address": "SELECT, INSERT",
    "common_cause": "SELECT, INSERT",
    "claim": "SELECT, INSERT, UPDATE (event, circumstances, known_at, notified_at, received_at, version, state, "
    "handler, common_cause_id)",
    "claim_notice": "SELECT, INSERT, UPDATE (claim_id, number, called_back_at, called_back_by, outcome)",
    "claim_consent": "SELECT, INSERT, UPDATE (withdrawn_at)",
    "claim_task": "SELECT, INSERT, UPDATE (state, settled_at, settled_by, evidence_id)",
    "claim_spend": "SELECT, INSERT, UPDATE (state, cover_id, approved, decided_by, decided_at, reason)",
    "claim_demand": "SELECT, INSERT, UPDATE (settled_for, agreed_by, agreed_at)",
    "claim_milestone": "SELECT, INSERT",
    "claim_turn": "SELECT, INSERT",
    "claim_file": "SELECT, INSERT",
    "claim_reserve": "SELECT, INSERT",
    "claim_decision": "SELECT, INSERT, UPDATE (confirmed_by, confirmed_at)",
    "claim_payee": "SELECT, INSERT, UPDATE (called_back_at, called_back_by, called_back_note)",
    "claim_premium": "SELECT, INSERT",
    "claim_payment": "SELECT, INSERT, UPDATE (state, approved_at, posted_at, posted_by, voided_at, voided_by, "
    "void_reason)",
    "claim_payment_line": "SELECT, INSERT",
    "claim_approval": "SELECT, INSERT",
    "claim_letter": "SELECT, INSERT",
    "claim_recovery": "SELECT, INSERT, UPDATE (received, received_at)",
    "claim_aggregate": 'SELECT, INSERT, UPDATE ("limit", paid, prepared, committed)',
}
#: Tables outside row-level security, with the reason and the grants.
OUTSIDE: dict[str, tuple[str, str]] = {
    "office_user": ("log-in", "SELECT, INSERT, UPDATE"),
    "api_key": ("log-in", "SELECT, INSERT, UPDATE (revoked_at)"),
    "passkey": ("log-in", "SELECT, INSERT, UPDATE (sign_count, last_used_at, revoked_at)"),
    "totp_secret": ("log-in", "SELECT, INSERT, UPDATE (confirmed_at, revoked_at, last_step)"),
    "recovery_code": ("log-in", "SELECT, INSERT, UPDATE (used_at, revoked_at)"),
    "factor_failures": ("log-in", "SELECT, INSERT, UPDATE (failures, paused_until)"),
    "spent": ("log-in", "SELECT, INSERT, DELETE"),
    "django_session": ("sessions", "SELECT, INSERT, UPDATE, DELETE"),
    "axes_accessattempt": ("log-in", "SELECT, INSERT, UPDATE, DELETE"),
    "axes_accessattemptexpiration": ("log-in", "SELECT, INSERT, UPDATE, DELETE"),
    "axes_accessfailurelog": ("log-in", "SELECT, INSERT, DELETE"),
    "axes_accesslog": ("log-in", "SELECT, INSERT, UPDATE, DELETE"),
    "django_migrations": ("migrations", "SELECT"),
    "django_content_type": ("migrations", "SELECT"),
    "auth_permission": ("unused: permissions are in access.py", ""),
    "auth_group": ("unused: roles are in access.py", ""),
    "auth_group_permissions": ("unused", ""),
    "procrastinate_jobs": ("job queue", "SELECT, INSERT, UPDATE, DELETE"),
    "procrastinate_events": ("job queue", "SELECT, INSERT, UPDATE, DELETE"),
    "procrastinate_periodic_defers": ("job queue", "SELECT, INSERT, UPDATE, DELETE"),
    "procrastinate_workers": ("job queue", "SELECT, INSERT, UPDATE, DELETE"),
    "given_file": ("public: a paper of a product, given to all alike", "SELECT, INSERT"),
    "released_product": ("public: a product as released", "SELECT, INSERT"),
    "released_file": ("public: a product as released", "SELECT, INSERT"),
}


class WallDown(Exception):
    """The database would let the application see or do what it must not: it refuses to start."""


def enter(
    *, organisation: str = "", principal: str = "", reach: str = "own", share: str = "", claims: str = ""
) -> None:
    """Sets what the current transaction may see; the setting ends with the transaction.

    `reach` is `own` (rows of the organisation, and of the members it handles or has), `scheme` (the federation: every
    member, but no loss) or `all` (insurer, auditor, operator). `share` is the hex hash of a link's token. Claims open
    to no reach: `claims` is `all` (the insurer's claims people), `evidence` (their journal only, to prove the chain) or
    `own` (the member, and its agent with consent).
    """
    assert connection.in_atomic_block, "a reach outside a transaction would be lost at once"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('sonae.organisation', %s, true), set_config('sonae.principal', %s, true), "
            "set_config('sonae.reach', %s, true), set_config('sonae.share', %s, true), "
            "set_config('sonae.claims', %s, true)",
            [organisation, principal, reach, share, claims],
        )


@contextmanager
def opened(*, reach: str) -> Iterator[None]:
    """Another reach for one look, for nobody; afterwards the transaction sees what it saw before."""
    names = ("sonae.organisation", "sonae.principal", "sonae.reach", "sonae.share", "sonae.claims")
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(f"coalesce(current_setting('{name}', true), '')" for name in names))
        before = cursor.fetchone()
    enter(reach=reach)
    yield
    # After an error there is nothing to restore: the transaction, and its reach, are rolled back.
    organisation, principal, held, share, claims = before
    enter(organisation=organisation, principal=principal, reach=held, share=share, claims=claims)


# --- migrations -------------------------------------------------------------------------------------------------


def before_migrating(**_: Any) -> None:
    """Creates the application role if it is missing and the owner may; the embedded server has made it already."""
    if connection.vendor != "postgresql" or settings.DATABASE_ROLE != "owner":
        return
    role = settings.APPLICATION_ROLE
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        if cursor.fetchone() is None:
            password = settings.SONAE_KEYS.application_password
            powers = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS"
            cursor.execute(f"CREATE ROLE {role} {powers} PASSWORD %s", [password])


def after_migrating(**_: Any) -> None:
    """Gives the application role what the lists above say, and takes away everything else."""
    if connection.vendor != "postgresql" or settings.DATABASE_ROLE != "owner":
        return
    role = settings.APPLICATION_ROLE
    grants = {**MEMBERS_DATA, **{table: grant for table, (_reason, grant) in OUTSIDE.items()}}
    # In one transaction: a running server never meets the moment between taking away and giving.
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT current_database()")
        database = connection.ops.quote_name(cursor.fetchone()[0])
        cursor.execute(f"REVOKE ALL ON SCHEMA public FROM PUBLIC; GRANT USAGE ON SCHEMA public TO {role}")
        cursor.execute(f"REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC")
        cursor.execute(f"GRANT CONNECT ON DATABASE {database} TO {role}")
        cursor.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}")
        present = set(connection.introspection.table_names(cursor))
        for table, grant in grants.items():
            if grant and table in present:
                cursor.execute(f"GRANT {grant} ON {table} TO {role}")
        cursor.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}")


# --- start --------------------------------------------------------------------------------------------------------


def verify() -> None:
    """Refuses to start unless the application role is as weak and every wall as high as it must be.

    Raises WallDown with every reason.
    """
    reasons: list[str] = []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication FROM pg_roles "
            "WHERE rolname = current_user"
        )
        role, *powers = cursor.fetchone()
        for power, held in zip(("a superuser", "above row-level security", "free to make roles",
                                "free to make databases", "free to replicate"), powers, strict=True):  # fmt: skip
            if held:
                reasons.append(f"the role {role} is {power}")
        cursor.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE n.nspname = 'public' AND pg_has_role(current_user, c.relowner, 'USAGE')"
        )
        reasons += [f"the role {role} owns {name}" for (name,) in cursor.fetchall()]
        cursor.execute("SELECT has_schema_privilege(current_user, 'public', 'CREATE')")
        if cursor.fetchone()[0]:
            reasons.append(f"the role {role} may create tables")
        cursor.execute(
            "SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity FROM pg_class c "
            "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p')"
        )
        forced = dict(cursor.fetchall())
        reasons += [f"{table} is in no list of walls.py" for table in forced if table not in {*MEMBERS_DATA, *OUTSIDE}]
        reasons += [f"row-level security is not forced on {table}" for table in MEMBERS_DATA if not forced.get(table)]
        needed = {"search_path": "public"}
        if settings.PRODUCTION:
            needed |= {"synchronous_commit": "on", "fsync": "on", "full_page_writes": "on"}
        for name, value in needed.items():
            cursor.execute("SELECT current_setting(%s)", [name])
            found = cursor.fetchone()[0]
            if found != value:
                reasons.append(f"{name} is {found}, not {value}")
        for name in ("statement_timeout", "idle_in_transaction_session_timeout"):
            cursor.execute("SELECT current_setting(%s)", [name])
            if cursor.fetchone()[0] == "0":
                reasons.append(f"{name} is off")
    if reasons:
        raise WallDown("; ".join(reasons))
