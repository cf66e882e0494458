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

from sonae.office import (
    access,
    access_factors,
    catalogue,
    clock,
    demo_claims,
    demo_life,
    desk,
    members,
    outbox,
    released,
    walls,
)
from sonae.office.models import Member, Organisation, OrganisationKind, Role, User
from sonae.period import japanese_day

#: Every id of the demo office follows from this name, so that links and tests find the same rows each time.
SEED = uuid5(NAMESPACE_URL, "urn:sonae:demo-office")
REGISTERED_UNTIL = date(2099, 3, 31)

COOPERATIVE, INSURER = "東京ものづくり協同組合（デモ）", "引受保険会社（デモ）"
FAR_COOPERATIVE = "なにわ商工協同組合（デモ）"
FEDERATION, AGENCY = "全国中小企業団体中央会（デモ）", "備え保険サービス（デモ）"
ASSOCIATIONS = ("東京都中小企業団体中央会（デモ）", "大阪府中小企業団体中央会（デモ）")
PEOPLE = (
    ("operator", Role.OPERATOR, FEDERATION, "運用 一郎"),
    ("auditor", Role.AUDITOR, FEDERATION, "監査 花子"),
    ("manager", Role.AGENCY_MANAGER, AGENCY, "代理 店長"),
    ("solicitor", Role.SOLICITOR, AGENCY, "募集 太郎"),
    ("federation", Role.FEDERATION_OFFICE, FEDERATION, "中央 次郎"),
    ("association", Role.ASSOCIATION_OFFICE, ASSOCIATIONS[0], "都道 三郎"),
    ("cooperative", Role.ASSOCIATION_OFFICE, COOPERATIVE, "組合 四郎"),
    ("cooperative-osaka", Role.ASSOCIATION_OFFICE, FAR_COOPERATIVE, "浪速 八郎"),
    ("underwriter", Role.UNDERWRITER, INSURER, "引受 五郎"),
    ("claims", Role.CLAIMS_HANDLER, INSURER, "損調 九子"),
    ("claims-manager", Role.CLAIMS_MANAGER, INSURER, "損調 十郎"),
)
#: Name, reading, 法人番号, address; the first has a person who logs in. None of them exists.
MEMBERS = (
    ("株式会社髙﨑工務店", "タカサキコウムテン", "8999900000001", "1040061", "東京都中央区銀座0-0-1"),
    ("𠮷野金属加工合同会社", "ヨシノキンゾクカコウ", "7999900000002", "1310032", "東京都墨田区東向島0-0-2"),
    ("みどり歯科クリニック", "ミドリシカクリニック", "", "1660002", "東京都杉並区高円寺北0-0-3"),
    ("有限会社こまどり倉庫", "コマドリソウコ", "5999900000004", "1360082", "東京都江東区新木場0-0-4"),
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
        for name, association in zip((COOPERATIVE, FAR_COOPERATIVE), ASSOCIATIONS, strict=True):
            places[name] = desk.create_organisation(
                None, OrganisationKind.COOPERATIVE, name, places[association], organisation_id=demo_id(name)
            )
        places[INSURER] = desk.create_organisation(
            None, OrganisationKind.INSURER, INSURER, organisation_id=demo_id(INSURER)
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
            outbox.keep_address(people[username], f"{username}@demo.example", "set-up")
            log_ins.append(
                {"role": str(role), "name": name, "organisation": place, "username": username, "password": password}
            )
        key = desk.create_key(
            None, holder=people["manager"], label="デモ", scopes=access.KEY_SCOPES, budget_per_minute=6000
        )
        released.keep(catalogue.default())
        for member, username, name in (
            (self._seed_members(people, places[COOPERATIVE]), "member", "髙﨑 六郎"),
            (self._tell_story(people), "insured", "曙 七子"),
        ):
            password = secrets.token_urlsafe(15)
            walls.enter(reach="all")
            person = desk.create_user(
                None, username=username, password=password, name=name, organisation=member.organisation,
                role=Role.MEMBER, user_id=demo_id(username),
            )  # fmt: skip
            access_factors.give_app(person)
            people[username] = person
            log_ins.append({"role": "member", "name": name, "organisation": member.legal_name, "username": username,
                            "password": password})  # fmt: skip
        insured, handler, manager = (
            access.principal_of_user(people[name]) for name in ("insured", "claims", "claims-manager")
        )
        demo_claims.tell(demo_claims.Cast(insured, handler, manager, demo_id(demo_claims.CALLER)))
        return {"seeded": True, "people": log_ins, "api_key": key.token}

    def _tell_story(self, people: dict[str, User]) -> Member:
        """Covers, changes, referrals and renewals; returns the member whose person logs in."""
        agent, underwriter, federation, near, far = (
            access.principal_of_user(people[name])
            for name in ("solicitor", "underwriter", "federation", "cooperative", "cooperative-osaka")
        )
        return demo_life.tell(demo_life.Cast(agent, underwriter, federation, near, far, demo_id))

    def _seed_members(self, people: dict[str, User], cooperative: Organisation) -> Member:
        """Members that the demo agency handles and the demo cooperative has confirmed; returns the first."""
        agent, office = (access.principal_of_user(people[name]) for name in ("solicitor", "cooperative"))
        made = [
            members.register(
                agent, members.Particulars(name, reading, postal_code, address), cooperative_id=cooperative.id,
                corporate_number=number, contact={"person": "担当 七海", "mail": f"office{place}@example.jp"},
                member_id=demo_id(name),
            )
            for place, (name, reading, number, postal_code, address) in enumerate(MEMBERS)
        ]  # fmt: skip
        today = japanese_day(clock.now())
        members.confirm_list(office, today, {one.organisation_id: True for one in made})
        walls.enter(reach="all")
        return made[0]
