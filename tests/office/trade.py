"""Members who join: what the scenario tests and the office tests do over and over, in the trade's words."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from sonae.application import Step
from sonae.office import access, applications, binding, catalogue, clock, deciding, desk, members, walls
from sonae.office.access import Principal
from sonae.office.applications import Standing
from sonae.office.members import Particulars
from sonae.office.models import Application, Cover, Member, User
from sonae.period import JST

from .cast import PASSWORD, Office, body

START = datetime(2026, 12, 10, 10, 0, tzinfo=JST)
"""The day on which the stories begin: an application then can start on 1 February, so 1 April is open."""

NO = {question.id: next(iter(question.choices)) for question in catalogue.default().disclosure.questions}  # type: ignore[union-attr]
"""The answers that carry no consequence: the first choice of every question."""


AGENT = {"channel": "desk", "factor": "totp"}
APPLICANT = {"channel": "page", "factor": "passkey"}
LINK = {"channel": "page", "factor": "link"}
"""How those who take a step are known."""


class Clock:
    """The office's clock in a test: it stands still until it is moved."""

    def __init__(self, monkeypatch: Any, moment: datetime = START) -> None:
        self.moment = moment
        monkeypatch.setattr(clock, "now", lambda: self.moment)

    def to(self, year: int, month: int, day: int, hour: int = 10, minute: int = 0) -> None:
        self.moment = datetime(year, month, day, hour, minute, tzinfo=JST)


def corporate_number(twelve: int) -> str:
    """A 法人番号 with its right check digit."""
    digits = f"{twelve:012}"
    total = sum(int(digit) * (1 if place % 2 == 0 else 2) for place, digit in enumerate(reversed(digits)))
    return f"{9 - total % 9}{digits}"


@dataclass
class Trade:
    """An office with members, and the hands that act in it."""

    office: Office
    clock: Clock

    @property
    def agent(self) -> Principal:
        return self.office.principal("alice")

    @property
    def underwriter(self) -> Principal:
        return self.office.principal("underwriter")

    @property
    def cooperative(self) -> Principal:
        from sonae.office.models import Organisation

        place = Organisation.objects.get(kind="cooperative", name="cooperative 一号")
        user = User.objects.filter(username="the_cooperative").first() or desk.create_user(
            None, username="the_cooperative", password=PASSWORD, name="組合 花子", organisation=place,
            role="association_office",
        )  # fmt: skip
        return access.principal_of_user(user)

    def principal(self, name: str) -> Principal:
        return self.office.principal(name)

    def person_of(self, member: Member) -> Principal:
        """The member's own person."""
        username = f"member-{member.serial}"
        with transaction.atomic():
            walls.enter(reach="all")
            user = User.objects.filter(username=username).first() or desk.create_user(
                None, username=username, password=PASSWORD, name="会員 太郎", organisation=member.organisation,
                role="member",
            )  # fmt: skip
        return access.principal_of_user(user)

    def member(self, name: str = "髙﨑工務店", number: int = 700110000000, who: Principal | None = None) -> Member:
        return members.register(
            who or self.agent, Particulars(name, "タカサキコウムテン", "100-0001", "東京都千代田区千代田1-1"),
            cooperative_id=self.cooperative.organisation_id, corporate_number=corporate_number(number),
            contact={"person": "高崎 一郎", "mail": "ichiro@example.jp"},
        )  # fmt: skip

    def confirmed(self, *confirmed: Member, belongs: bool = True) -> None:
        members.confirm_list(
            self.cooperative, clock.now().date(), {one.organisation_id: belongs for one in confirmed}
        )

    def quotation(self, who: Principal | None = None, **changes: Any) -> str:
        words = {"sheet_discount": None, **changes}
        stored = desk.store_quotation(who or self.agent, body(**words))
        assert isinstance(stored, desk.StoredQuotation), stored
        return stored.id

    def applied(self, member: Member, **changes: Any) -> Application:
        return applications.begin(self.agent, member.organisation_id, self.quotation(**changes))

    def given(self, application: Application) -> Standing:
        """The agent has heard what is wished, has proposed, and has given the papers."""
        agent = self.agent
        applications.prepare(agent, application.id, Step.intent, {"wish": "サイバー攻撃に備えたい"}, **AGENT)
        applications.prepare(
            agent, application.id, Step.proposal, {"why": "規模に合う", "leaves_out": "特になし"}, **AGENT
        )
        return applications.prepare(agent, application.id, Step.papers, {}, **AGENT)

    def prepared(self, application: Application) -> Standing:
        """Given, and read by the applicant."""
        self.given(application)
        return applications.acknowledge(self.person_of(application.member), application.id, **APPLICANT)

    def answered(self, application: Application, **answers: str) -> Standing:
        person = self.person_of(application.member)
        return applications.disclose(
            person, application.id, application.disclosure_version, NO | answers, **APPLICANT
        )

    def signed(self, application: Application) -> Standing:
        person = self.person_of(application.member)
        content = applications.one(person, application.id).content_hash
        assert content is not None
        applications.confirm(person, application.id, content, **APPLICANT)
        return applications.sign(person, application.id, content, "高崎 一郎", **APPLICANT)

    def accepted(self, member: Member, **changes: Any) -> Standing:
        application = self.applied(member, **changes)
        self.prepared(application)
        self.answered(application)
        return self.signed(application)

    def bound(self, member: Member | None = None, **changes: Any) -> Cover:
        """A member with cover from 1 April 2027, basic, set 3."""
        who = member or self.member()
        self.confirmed(who)
        return binding.bind(self.agent, self.accepted(who, **changes).application.id, **AGENT)

    def decided(self, found: Standing, outcome: str, conditions: Any = ()) -> Standing:
        assert found.content_hash is not None
        return deciding.decide(
            self.underwriter, found.application.id, found.content_hash, outcome, "内容を確認した", conditions, **AGENT
        )


def as_json(raw: bytes) -> Any:
    return json.loads(raw)


def uuid(text: str) -> UUID:
    return UUID(text)
