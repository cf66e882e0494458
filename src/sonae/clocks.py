"""The clocks of a claim: what the law and the wording count from a recorded fact, as of any day.

A period in days ends with its last day; the day of the fact counts only where the law says so (初日算入). A period in
months or years ends on the same day of its last month, or on that month's last day (民法140条・143条).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sonae.period import first_of_month
from sonae.settlement_rules import Clock


@dataclass(frozen=True, slots=True)
class Leak:
    """What is known of a leak of personal data, for the duty to report it (個人情報保護法26条、同規則7条).

    `persons` are those concerned, None while nobody can say. Each of the others is true only once it is known.
    """

    happened: bool = False
    persons: int | None = None
    sensitive: bool = False
    property_at_risk: bool = False
    wrongful: bool = False
    encrypted: bool = False


@dataclass(frozen=True, slots=True)
class Deadline:
    """A clock that runs: since which day, to the end of which day, and when it was met (None: not yet)."""

    clock: Clock
    since: date
    due: date
    met: date | None

    def days_left(self, today: date) -> int:
        """Whole days from today to the last day; negative once it has passed."""
        return (self.due - today).days

    @property
    def is_late(self) -> bool:
        """Whether it was met after its last day."""
        return self.met is not None and self.met > self.due


REPORTS = frozenset({"report_preliminary", "report_final", "report_final_wrongful"})


def must_be_reported(leak: Leak, persons_over: int) -> bool:
    """Whether the commission must be told: sensitive, money at risk or wrongful purpose from one person on, or many.

    `persons_over`: from how many persons on (exclusive) any leak is reported. What was strongly encrypted is not.
    """
    if not leak.happened or leak.encrypted:
        return False
    grave = leak.sensitive or leak.property_at_risk or leak.wrongful
    return grave or (leak.persons is not None and leak.persons > persons_over)


def due_day(clock: Clock, since: date) -> date:
    """The last day of a period that runs from a day."""
    if clock.unit == "days":
        return since + timedelta(days=clock.count - (1 if clock.first_day_counts else 0))
    first = since - timedelta(days=1) if clock.first_day_counts else since
    months = clock.count * (12 if clock.unit == "years" else 1)
    last = first_of_month(first, months + 1) - timedelta(days=1)
    return last.replace(day=min(first.day, last.day))


def deadlines(
    clocks: Iterable[Clock],
    starts: Mapping[str, date],
    met: Mapping[str, date],
    leak: Leak,
    persons_over: int,
    *,
    enquiry: str | None = None,
) -> tuple[Deadline, ...]:
    """Every clock that runs, the earliest first.

    `starts` are the days of recorded facts by name, `met` the days on which a clock's own duty was done, by its code.
    `enquiry` names the longer payment clock that stands for the usual one, once the insured was told its reason.
    """
    found = []
    reported = must_be_reported(leak, persons_over)
    for clock in clocks:
        if clock.starts not in starts:
            continue
        if clock.code in REPORTS:
            other = "report_final" if leak.wrongful else "report_final_wrongful"
            if not reported or clock.code == other:
                continue
        if clock.code.startswith("payment") and clock.code != (enquiry or "payment"):
            continue
        since = starts[clock.starts]
        found.append(Deadline(clock, since, due_day(clock, since), met.get(clock.code)))
    return tuple(sorted(found, key=lambda one: (one.due, one.clock.code)))
