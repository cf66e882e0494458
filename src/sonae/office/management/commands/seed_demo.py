"""The demo office: made once, the same organisations and people each time, with fresh passwords and one key."""

from __future__ import annotations

import json
import secrets
from datetime import date
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from sonae.office import access, access_factors, catalogue, desk, released, walls
from sonae.office.models import Organisation, OrganisationKind, Role

#: Every id of the demo office follows from this name, so that links and tests find the same rows each time.
SEED = uuid5(NAMESPACE_URL, "urn:sonae:demo-office")
REGISTERED_UNTIL = date(2099, 3, 31)

FEDERATION, AGENCY = "全国中小企業団体中央会（デモ）", "備え保険サービス（デモ）"
ASSOCIATIONS = ("東京都中小企業団体中央会（デモ）", "大阪府中小企業団体中央会（デモ）")
PEOPLE = (
    ("operator", Role.OPERATOR, FEDERATION, "運用 一郎"),
    ("auditor", Role.AUDITOR, FEDERATION, "監査 花子"),
    ("manager", Role.AGENCY_MANAGER, AGENCY, "代理 店長"),
    ("solicitor", Role.SOLICITOR, AGENCY, "募集 太郎"),
)


def demo_id(name: str) -> UUID:
    return uuid5(SEED, name)


class Command(BaseCommand):
    help = "Seeds the demo office once; prints its passwords and its key, once, as JSON."

    def handle(self, *_: Any, **__: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("the demo office is refused in production (SONAE_ENV)")
        with transaction.atomic():
            walls.enter(reach="all")
            if Organisation.objects.filter(id=demo_id(FEDERATION)).exists():
                self.stdout.write(json.dumps({"seeded": False}))
                return
            shown = self._seed()
        self.stdout.write(json.dumps(shown, ensure_ascii=False, indent=1))

    def _seed(self) -> dict[str, Any]:
        federation = desk.create_organisation(
            None, OrganisationKind.FEDERATION, FEDERATION, organisation_id=demo_id(FEDERATION)
        )
        places = {FEDERATION: federation}
        for name in ASSOCIATIONS:
            places[name] = desk.create_organisation(
                None, OrganisationKind.ASSOCIATION, name, federation, organisation_id=demo_id(name)
            )
        places[AGENCY] = desk.create_organisation(
            None, OrganisationKind.AGENCY, AGENCY, organisation_id=demo_id(AGENCY)
        )
        people, log_ins = {}, []
        for username, role, place, name in PEOPLE:
            password = secrets.token_urlsafe(15)
            registered = place == AGENCY
            people[username] = desk.create_user(
                None,
                username=username,
                password=password,
                name=name,
                organisation=places[place],
                role=role,
                registration_number=f"DEMO-{username}" if registered else "",
                registration_expires=REGISTERED_UNTIL if registered else None,
                user_id=demo_id(username),
            )
            access_factors.give_app(people[username])
            log_ins.append(
                {"role": str(role), "name": name, "organisation": place, "username": username, "password": password}
            )
        key = desk.create_key(
            None, holder=people["manager"], label="デモ", scopes=access.KEY_SCOPES, budget_per_minute=6000
        )
        released.keep(catalogue.default())
        return {"seeded": True, "people": log_ins, "api_key": key.token}
