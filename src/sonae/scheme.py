"""How a plan is run, as product data: the questions of the disclosure, part-year money, who may backdate what.

Like everything of a product these values have a source and status; most are customary practice, to be confirmed
by the insurer, and so `assumed`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from sonae.worksheet import Basis

Effect = Literal["decline", "refer", "warn"]


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence or name in Japanese and in English."""

    ja: str
    en: str


@dataclass(frozen=True, slots=True)
class Calendar:
    """When covers start and how long quotations stand. The group year starts on a day and hour in Japan."""

    group_year_month: int
    group_year_day: int
    start_hour: int
    lag_months: int
    quotation_valid_days: int
    basis: Basis


class CutOffKind(StrEnum):
    """What is closed, or paid, on the day."""

    application = "application"
    acceptance = "acceptance"
    member_list = "member_list"
    debit = "debit"
    booking = "booking"
    remittance = "remittance"


@dataclass(frozen=True, slots=True)
class CutOff:
    """A day counted from the start of a cover.

    months  how many months after the start's month; before it, negative
    day     the day of that month; its last, when it has no such day
    move    to which business day a closed day is moved
    hour    the hour in Japan before which it must be kept; None: the whole day
    """

    months: int
    day: int
    move: Literal["previous", "next"]
    hour: int | None
    basis: Basis


@dataclass(frozen=True, slots=True)
class CutOffs:
    """The cut-off calendar. `closed_days`: month and day on which banks are closed, beside weekends and holidays."""

    rules: Mapping[CutOffKind, CutOff]
    closed_days: frozenset[tuple[int, int]]
    basis: Basis


@dataclass(frozen=True, slots=True)
class Choice:
    """An answer to a question of the disclosure. `wants_detail`: the member is asked to say more."""

    code: str
    label: Text
    wants_detail: bool


@dataclass(frozen=True, slots=True)
class Consequence:
    """What follows from an answer, and the sentence that says so."""

    effect: Effect
    message: Text


@dataclass(frozen=True, slots=True)
class DisclosureQuestion:
    """A question of the disclosure (告知事項). Nothing that is not asked is held against a member (保険法4条)."""

    id: str
    text: Text
    choices: Mapping[str, Choice]
    consequences: Mapping[str, Consequence]
    basis: Basis


@dataclass(frozen=True, slots=True)
class Disclosure:
    """The questionnaire of a product year, by version; an answer to another version is no answer."""

    version: str
    questions: tuple[DisclosureQuestion, ...]
    basis: Basis


class Keeps(StrEnum):
    """What of the old terms is charged when a change takes effect.

    months_begun    the months that have begun by then; the new terms, or nothing, after
    from_inception  nothing: the new terms are charged from inception
    nothing         nothing at all is charged
    everything      the whole period is charged as if the change had not been
    """

    months_begun = "months_begun"
    from_inception = "from_inception"
    nothing = "nothing"
    everything = "everything"


@dataclass(frozen=True, slots=True)
class PartYear:
    """Part-year money: what each reason keeps, and the unit and minimum of the tariff in yen.

    `by_fraud` is what avoidance and voidness keep when the member acted in fraud.
    """

    keeps: Mapping[str, Keeps]
    by_fraud: Keeps
    unit: int
    minimum: int
    basis: Basis


@dataclass(frozen=True, slots=True)
class Life:
    """The life of a cover: who may ask for which change, how far back, and how a year follows another.

    roles            by reason, the roles that may ask for the change
    second_person    the reasons that always need a second person; whatever is backdated needs one anyway
    backdating_days  by role, how many days before its recording a change may take effect; absent: none
    evidence_days    how old the evidence of membership may be on the day of inception
    offer_months     how many months before expiry the renewal is offered
    no_answer        what follows when a member does not answer: the cover ends with its period
    """

    roles: Mapping[str, frozenset[str]]
    second_person: frozenset[str]
    backdating_days: Mapping[str, int]
    evidence_days: int
    offer_months: int
    no_answer: Literal["ends"]
    basis: Basis
