"""The discount sheet a second time, for tests only: points, steps and papers typed from the working papers."""

from collections.abc import Mapping, Sequence
from datetime import date

# Question: points, and the share of each answer in percent.
QUESTIONS: dict[str, tuple[int, dict[str, int]]] = {
    "A1": (12, {"full": 100, "partial": 40}),
    "A2": (12, {"full": 100, "edr_only": 60, "next_gen_av": 25}),
    "A3": (12, {"full": 100, "within_30_days": 60, "occasionally": 20}),
    "A4": (14, {"full": 100, "offline_only": 60, "online_only": 20}),
    "A5": (8, {"full": 100, "yearly": 60}),
    "A6": (6, {"full": 100, "one_of_two": 50}),
    "A7": (5, {"full": 100, "one_or_two": 50}),
    "A8": (5, {"full": 100, "one_of_two": 50}),
    "A9": (5, {"full": 100, "stored_only": 50}),
    "A10": (6, {"full": 100, "yearly": 70}),
    "A11": (6, {"full": 100, "document_only": 50}),
    "A12": (4, {"full": 100, "at_contract_only": 50}),
    "A13": (2, {"full": 100}),
    "A14": (3, {"full": 100, "one_of_two": 50}),
}
STEPS = ((92, 40), (82, 35), (70, 30), (60, 25), (50, 20), (40, 15), (30, 10), (18, 5))


def discount(
    answers: Mapping[str, str], facts: Mapping[str, bool], papers: Sequence[Mapping[str, str]], inception: date
) -> int:
    """The security discount in percent that a sheet earns.

    A help-desk contract that could earn A2 in full or a paper is counted once, where the member is better off.
    """
    earned = min(60, part_a(answers, facts) + part_b(answers, facts, papers, inception))
    if answers.get("A2") == "full" and facts["monitoring_by_otasuke"]:
        return max(earned, discount({**answers, "A2": "edr_only"}, facts, papers, inception))
    return earned


def part_a(answers: Mapping[str, str], facts: Mapping[str, bool]) -> int:
    hundredths = sum(
        points * shares.get(answers.get(question, "none"), 0) for question, (points, shares) in QUESTIONS.items()
    )
    earned = next((percent for points, percent in STEPS if hundredths >= 100 * points), 0)
    if facts["unsupported_os_exposed"]:
        return 0
    no_mfa = answers.get("A1", "none") in ("none", "unknown") and facts["remote_access"]
    no_backup = answers.get("A4", "none") in ("none", "unknown")
    return min(earned, 15) if no_mfa or no_backup else earned


def part_b(
    answers: Mapping[str, str], facts: Mapping[str, bool], papers: Sequence[Mapping[str, str]], inception: date
) -> int:
    """Papers in force on the inception day: a printed last day still counts, a scan for a year from its day."""
    day = inception.isoformat()
    a_year_before = f"{inception.year - 1}{day[4:]}"
    held = set()
    for paper in papers:
        kind = paper["kind"]
        if "expires" in paper and paper["expires"] < day:
            continue
        if kind == "vulnerability_scan" and not a_year_before <= paper["issued"] <= day:
            continue
        if kind in ("scs_3", "scs_4") and day < "2027-04-01":
            continue
        if kind == "otasuke" and facts["monitoring_by_otasuke"] and answers.get("A2") == "full":
            continue
        held.add(kind)
    management = {frozenset(): 0, frozenset({"isms"}): 20, frozenset({"privacy_mark"}): 15}.get(
        frozenset(held & {"isms", "privacy_mark"}), 25
    )
    scs = 15 if "scs_4" in held else 5 if "scs_3" in held else 0
    technical = 5 if held & {"pci_dss", "vulnerability_scan"} else 0
    others = 5 * len(held & {"otasuke", "security_action_2"})
    return min(30, management + scs + technical + others)
