"""What has happened in the demo office so far: covers that live, change and end, referrals, and the renewal ahead.

The same story each time, told around the day of the seeding: covers begin with the present group year, and nothing is
dated after that day. Everything goes through the doors of the office, with its clock set back to each chapter.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sonae.application import Step
from sonae.cover import Reason
from sonae.period import JST, first_of_month, japanese_day
from sonae.product import Product

from . import (
    applicant,
    applications,
    binding,
    catalogue,
    clock,
    covers,
    deciding,
    desk,
    members,
    people,
    renewals,
    starts,
)
from .access import Principal
from .cover_reading import group_year_end
from .covers import Change
from .members import Particulars
from .models import Application, ChangeProposal, Cover, Member


@dataclass(frozen=True)
class Firm:
    """An invented company, what it asks for, and in which month of the group year its cover starts."""

    name: str
    reading: str
    number: int
    address: str
    asks: Mapping[str, Any]
    month: int = 0
    sheet: str = ""
    far: bool = False
    answers: Mapping[str, str] = field(default_factory=dict)
    details: Mapping[str, str] = field(default_factory=dict)


def _asks(industry: str, oku: int, plan: str, set_number: int, **more: Any) -> dict[str, Any]:
    """Sales are told in 百万円."""
    return {"industry": industry, "annual_sales": oku * 1_000_000, "plan": plan, "set": set_number} | more


INSURED = "株式会社あけぼの製作所"
"""The company whose person logs in as `insured`."""

MOVED = "有限会社すみれ印刷"
LEFT = "株式会社なぎさ商店"
CORRECTED = "株式会社みなと精機"

COVERED = (
    Firm(INSURED, "アケボノセイサクショ", 11, "東京都大田区羽田0-0-11", _asks("E29", 1000, "basic", 3), sheet="good"),
    Firm(MOVED, "スミレインサツ", 12, "東京都文京区水道0-0-12", _asks("E15", 180, "basic", 1), sheet="plain"),
    Firm(LEFT, "ナギサショウテン", 13, "東京都江戸川区西葛西0-0-13", _asks("I56", 240, "basic", 2)),
    Firm(CORRECTED, "ミナトセイキ", 14, "東京都品川区八潮0-0-14", _asks("E29", 620, "wide", 2), sheet="good"),
    Firm("ひかり運輸株式会社", "ヒカリウンユ", 15, "東京都足立区入谷0-0-15", _asks("H44", 860, "basic", 4)),
    Firm("合同会社こだま設計", "コダマセッケイ", 16, "東京都台東区谷中0-0-16", _asks("L74", 95, "wide", 1), month=4),
    Firm("株式会社わかば食品", "ワカバショクヒン", 17, "東京都葛飾区高砂0-0-17", _asks("E09", 2100, "wide", 4),
         sheet="good"),
    Firm("浪速あおい金型株式会社", "ナニワアオイカナガタ", 18, "大阪府東大阪市高井田0-0-18",
         _asks("E29", 430, "basic", 2), far=True),
    Firm("株式会社つばき堂", "ツバキドウ", 19, "大阪府堺市堺区車之町東0-0-19", _asks("I56", 150, "basic", 1), far=True),
)  # fmt: skip

ASKED = {"incidents": "2024年6月、取引先をかたるメールで受信箱を見られた。翌日に遮断し、多要素認証を入れた。",
         "circumstances": "委託先から、預けた名簿の取扱いを調べていると連絡を受けている。"}  # fmt: skip

REFERRED = (
    Firm("株式会社はやて通販", "ハヤテツウハン", 21, "東京都練馬区関町北0-0-21", _asks("I61", 520, "wide", 3),
         sheet="good", answers={"incidents": "yes"}, details={"incidents": ASKED["incidents"]}),
    Firm("さざなみ通信株式会社", "サザナミツウシン", 22, "東京都北区赤羽南0-0-22", _asks("G37", 750, "wide", 2),
         sheet="plain", answers={"circumstances": "yes"}, details={"circumstances": ASKED["circumstances"]}),
    Firm("株式会社いずみ旅行", "イズミリョコウ", 23, "東京都豊島区目白0-0-23", _asks("N79", 310, "basic", 2),
         answers={"incidents": "yes"}, details={"incidents": ASKED["incidents"]}),
)  # fmt: skip
"""The last of them has been accepted, on a condition."""


def corporate_number(twelve: int) -> str:
    """An invented 法人番号 with its right check digit."""
    digits = f"{999_900_000_000 + twelve:012}"
    total = sum(int(digit) * (1 if place % 2 == 0 else 2) for place, digit in enumerate(reversed(digits)))
    return f"{9 - total % 9}{digits}"


@contextmanager
def standing_at(moment: datetime) -> Iterator[None]:
    """The office's clock at a moment, by the door that tests use; there is none in production."""
    before = os.environ.get("SONAE_CLOCK_FILE")
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "moment"
        told.write_text(moment.isoformat(), "ascii")
        os.environ["SONAE_CLOCK_FILE"] = str(told)
        try:
            yield
        finally:
            if before is None:
                del os.environ["SONAE_CLOCK_FILE"]
            else:
                os.environ["SONAE_CLOCK_FILE"] = before


@dataclass(frozen=True)
class Cast:
    """Who acts: principals by their demo log-ins, the two cooperatives' offices, and ids by name."""

    agent: Principal
    underwriter: Principal
    federation: Principal
    near: Principal
    far: Principal
    id_of: Any


@dataclass
class Story:
    """Tells the chapters in their order; `present` is the day of the seeding."""

    cast: Cast
    present: datetime
    product: Product = field(default_factory=catalogue.default)
    made: dict[str, Member] = field(default_factory=dict)
    covers: dict[str, Cover] = field(default_factory=dict)

    @property
    def turn(self) -> date:
        """The first day of the present group year."""
        end = group_year_end(japanese_day(self.present), self.product.calendar)
        return end.replace(year=end.year - 1)

    def tell(self) -> Member:
        """The whole story; the member whose person can log in."""
        applied = first_of_month(self.turn, -3) + timedelta(days=8)
        with standing_at(self._at(applied)):
            for firm in (*COVERED, *REFERRED):
                self.made[firm.name] = self._register(firm)
            self._confirm(applied)
        for firm in COVERED:
            self._enrol(firm)
        self._changes()
        # Membership is confirmed for a year: whoever applies now needs a list that is newer than last year's.
        lately = japanese_day(self.present) - timedelta(days=12)
        with standing_at(self._at(lately)):
            self._confirm(lately)
        for firm in REFERRED:
            self._refer(firm)
        self._renewal()
        return self.made[INSURED]

    def _at(self, day: date, hour: int = 10, minute: int = 0) -> datetime:
        return datetime(day.year, day.month, day.day, hour, minute, tzinfo=JST)

    def _register(self, firm: Firm) -> Member:
        body = self.cast.far if firm.far else self.cast.near
        return members.register(
            self.cast.agent, Particulars(firm.name, firm.reading, f"{1000000 + firm.number}", firm.address),
            cooperative_id=body.organisation_id, corporate_number=corporate_number(firm.number),
            contact={"person": "担当 七海", "mail": f"office{firm.number}@example.jp"},
            member_id=self.cast.id_of(firm.name),
        )  # fmt: skip

    def _confirm(self, day: date) -> None:
        for office, far in ((self.cast.near, False), (self.cast.far, True)):
            listed = {self._id(firm): True for firm in (*COVERED, *REFERRED) if firm.far == far}
            members.confirm_list(office, day, listed)

    def _id(self, firm: Firm) -> UUID:
        return self.made[firm.name].organisation_id

    # --- a cover begins -----------------------------------------------------------------------------------------

    def _enrol(self, firm: Firm) -> None:
        """Applied for in time for its start, if that is past; else it waits for its day."""
        start = first_of_month(self.turn, firm.month)
        day = first_of_month(start, -self.product.calendar.lag_months) + timedelta(days=10 + firm.number % 5)
        if self._at(day, 18) > self.present:
            return
        application = self._signed(firm, start, day)
        with standing_at(self._at(day + timedelta(days=1), 14)):
            self.covers[firm.name] = binding.bind(self.cast.agent, application.id, channel="page", factor="totp")

    def _signed(self, firm: Firm, start: date, day: date) -> Application:
        """From the quotation to the applicant's signature, on one day."""
        agent = self.cast.agent
        words = {**firm.asks, "inception": start.isoformat(), "for": {"name": firm.name}}
        if firm.sheet:
            words["sheet"] = self._sheet(firm.sheet)
        with standing_at(self._at(day)):
            stored = desk.store_quotation(agent, desk_bytes(words))
            assert isinstance(stored, desk.StoredQuotation), stored
            application = applications.begin(agent, self._id(firm), stored.id)
        with standing_at(self._at(day, 10, 20)):
            self._prepare(application)
            opened = applicant.open_link(applicant.make_link(agent, application.id).token).principal
        with standing_at(self._at(day, 11, 5)):
            self._answer(application, opened, firm)
        with standing_at(self._at(day, 11, 20)):
            content = applications.one(opened, application.id).content_hash
            assert content is not None, "what was answered has a content"
            applications.confirm(opened, application.id, content, channel="page", factor="link")
            applications.sign(opened, application.id, content, "担当 七海", channel="page", factor="link")
        return application

    def _prepare(self, application: Application) -> None:
        agent = self.cast.agent
        steps: tuple[tuple[Step, dict[str, str]], ...] = (
            (Step.intent, {"wish": "情報の漏えいと、攻撃で仕事が止まることに備えたい。"}),
            (
                Step.proposal,
                {"why": "売上高と業種に合う限度額を選んだ。", "leaves_out": "機械や建物そのものの損害は対象外。"},
            ),
            (Step.papers, {}),
        )
        for step, words in steps:
            applications.prepare(agent, application.id, step, words, channel="page", factor="totp")

    def _answer(self, application: Application, opened: Principal, firm: Firm) -> None:
        applicant.acknowledge(opened, application.id, channel="page", factor="link")
        disclosure = self.product.disclosure
        assert disclosure is not None, "the product that is sold takes applications"
        answers = {question.id: next(iter(question.choices)) for question in disclosure.questions}
        applications.disclose(
            opened, application.id, disclosure.version, answers | dict(firm.answers), details=dict(firm.details),
            channel="page", factor="link",
        )  # fmt: skip

    def _sheet(self, kind: str) -> dict[str, Any]:
        """Good: the best answer to all but a few questions. Plain: to every other one."""
        sheet = self.product.sheet
        assert sheet is not None, "the product that is sold has a sheet"
        step = 1 if kind == "good" else 2
        answers = {question.id: question.answers[0].code for question in sheet.questions[::step]}
        return {"version": sheet.version, "answers": answers, "certificates": [],
                "facts": {fact.code: False for fact in sheet.facts}}  # fmt: skip

    # --- and lives ----------------------------------------------------------------------------------------------

    def _changes(self) -> None:
        agent, insurer = self.cast.agent, self.cast.underwriter
        second, third = first_of_month(self.turn, 2), first_of_month(self.turn, 3)
        self._change(INSURED, agent, second - timedelta(days=12), Reason.endorsement, second, {"plan": "wide"},
                     note="取引先の求めで、支払いの範囲が広いプランにした。")  # fmt: skip
        moved = Particulars(MOVED, "スミレインサツ", "1120000", "東京都文京区後楽0-0-32")
        proposal = self._change(MOVED, agent, third + timedelta(days=9), Reason.endorsement, third - timedelta(days=5),
                                particulars=moved, note="移転の届出が遅れた。")  # fmt: skip
        if isinstance(proposal, ChangeProposal):
            with standing_at(self._at(third + timedelta(days=10), 9, 30)):
                covers.agree(insurer, proposal.id)
        self._change(LEFT, agent, first_of_month(self.turn, 5) + timedelta(days=3), Reason.withdrawal,
                     first_of_month(self.turn, 6), note="廃業のため。")  # fmt: skip
        self._change(CORRECTED, agent, japanese_day(self.present) - timedelta(days=1), Reason.correction, self.turn,
                     {"annual_sales": 780_000_000}, note="決算の確定で、申告した売上高の誤りが分かった。")  # fmt: skip
        self._change(INSURED, agent, third + timedelta(days=20), Reason.endorsement, first_of_month(self.turn, 4),
                     {"set": 4}, note="限度額を上げた。")  # fmt: skip

    def _change(
        self, name: str, who: Principal, day: date, reason: Reason, effective: date,
        changes: Mapping[str, Any] | None = None, *, particulars: Particulars | None = None, note: str = "",
    ) -> object:  # fmt: skip
        """A change of a cover that has begun by then; nothing before the present is left out, nothing after it told."""
        row = self.covers.get(name)
        moment = self._at(day, 11)
        if row is None or moment > self.present or moment < row.inception:
            return None
        with standing_at(moment):
            asked = Change(reason, effective, changes or {}, particulars, note=note)
            return covers.change(who, row.id, asked)

    # --- what waits ---------------------------------------------------------------------------------------------

    def _refer(self, firm: Firm) -> None:
        """An application that the insurer's person decides; the last one was, and its condition is open."""
        last = firm is REFERRED[-1]
        day = japanese_day(self.present) - timedelta(days=9 - REFERRED.index(firm) * 3)
        start = starts.next_start(self.product, self._at(day, 12))
        application = self._signed(firm, start, day)
        if not last:
            return
        with standing_at(self._at(day + timedelta(days=1), 13)):
            found = applications.one(self.cast.underwriter, application.id)
            if found.content_hash is None or Step.decision in found.held:
                return
            # After the start: what falls due before it would have to be met before binding.
            until = max(japanese_day(self.present), start) + timedelta(days=21)
            deciding.decide(
                self.cast.underwriter, application.id, found.content_hash, "accept",
                "多要素認証を入れたことを書面で確かめた。再発の防止策が続いている。",
                [("訓練メールの結果を書面で送る", until)], channel="page", factor="totp",
            )  # fmt: skip
        with standing_at(self._at(day + timedelta(days=1), 15)):
            binding.bind(self.cast.agent, application.id, channel="page", factor="totp")

    def _renewal(self) -> None:
        """Next year's offers, once the product's months for them have come; before that there are none."""
        try:
            for _ in renewals.run(self.cast.federation, self.turn.year + 1):
                pass
        except people.Unacceptable:
            return


def desk_bytes(words: Mapping[str, Any]) -> bytes:
    """A request as the bytes that a door reads."""
    return json.dumps(words, ensure_ascii=False).encode("utf-8")


def tell(cast: Cast) -> Member:
    """The story up to now."""
    return Story(cast, clock.now()).tell()
