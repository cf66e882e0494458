"""Every plan × set × legal rider combination × event × head, settled: paid exactly where the brochure's marks say so.

The expected side reads printed_marks.csv and knows the three sentences that the marks cannot show: ⑤ is only for its
investigation and the investigation only for ⑤; credit monitoring follows information, not injury; and the IT rider
opens for IT work what its plan opens for a leak.
"""

import csv
from datetime import date

from sonae.claim import decide
from sonae.decision import Verdict
from sonae.facts import Approval, Demand, Event, Stopped, Victims
from sonae.office import catalogue
from sonae.proof import Terms, legal_terms
from sonae.risk import Limits
from tests.core.asking import shipped
from tests.core.claims.filing import at, cover, held, item, leak

FOLDER = catalogue.PRODUCTS / "chuokai_cyber_2024"
MARKS = {
    (row["kind"], row["coverage"], row["code"], row["plan"]): row["mark"]
    for row in csv.DictReader((FOLDER / "printed_marks.csv").read_text("utf-8").splitlines())
}
SECTIONS = {
    row["code"]: row["coverage"] for row in csv.DictReader((FOLDER / "heads.csv").read_text("utf-8").splitlines())
}
EVENTS = [row["code"] for row in csv.DictReader((FOLDER / "events.csv").read_text("utf-8").splitlines())]


def marked(kind: str, coverage: str, code: str, terms: Terms) -> bool:
    """What the printed mark says of these terms; a cell that is not printed is a no."""
    mark = MARKS.get((kind, coverage, code, terms.plan), "no")
    if mark in ("yes", "no"):
        return mark == "yes"
    rider, _, other = mark.partition(" without ")
    return rider in terms.riders and other not in terms.riders


def printed(terms: Terms, event: str, head: str) -> bool:
    """Whether the brochure pays this head for this event under these terms."""
    coverage = SECTIONS[head]
    if (event == "suspected_attack") != (head == "attack_investigation"):
        return False
    if event == "injury_or_damage" and head == "credit_monitoring":
        return False
    if event == "it_work":
        return "it_business" in terms.riders and printed(terms, "information_leak", head)
    return marked("event", coverage, event, terms) and marked("head", coverage, head, terms)


def test_every_cell_is_settled_as_the_brochure_prints_it() -> None:
    everything = tuple(
        item(
            head,
            1_000,
            approval=Approval(reference="A", given_on=date(2027, 9, 12)),
            demand="d" if section == "liability" else None,
            payee="claimant",
        )
        for head, section in SECTIONS.items()
    )
    cells = 0
    for terms in legal_terms(shipped()):
        income = 10_000_000 if "business_income" in terms.riders else None
        free = Limits(liability=100_000_000, expense=30_000_000, business_income=income) if terms.set == 5 else None
        covers = [held(cover(terms.plan, terms.set, 2027, terms.riders, free))]
        for event in EVENTS:
            facts = leak(
                *everything,
                events=(Event(code=event),),
                demands=(Demand(id="d", made_at=at("2027-10-01T10:00")),),
                stoppage=Stopped(started_at=at("2027-09-12T07:00")),
                victims=Victims(individual=100, corporate=0, injury=0),
            )
            found = decide(facts, covers)
            for head in found.heads:
                expected = printed(terms, event, head.head)
                assert head.paid == (1_000 if expected else 0), (terms, event, head)
                assert head.verdict is (Verdict.covered if expected else Verdict.not_covered), (terms, event, head)
                cells += 1
    assert cells > 8_000
