"""A gallery of product folders whose values do not fit together: names, tariff, published premiums and sheet."""

import pytest

from tests.doors.planting import Planted, add, after, line_of, refused, swap

GALLERY: dict[str, Planted] = {
    # --- names
    "a code twice": ("industries.csv", swap("\nS2,", "\nS1,"), 3, "code S1 is there twice"),
    "a set twice": ("sets.csv", swap("\n2,", "\n1,"), 3, "set 1 is there twice"),
    "an event twice": ("events.csv", swap("\ndisruption,", "\nleak,"), 3, "code leak is there twice"),
    "an unknown clause of a plan": (
        "plans.toml",
        swap('["wider", "points"]', '["wider", "pints"]'),
        line_of("plans.toml", '["wider", "points"]'),
        "there is no clause pints",
    ),
    "an unknown clause of a rider": (
        "riders.toml",
        swap('clause = "closure"', 'clause = "opening"'),
        line_of("riders.toml", 'clause = "closure"'),
        "there is no clause opening",
    ),
    "an unknown plan in a condition": (
        "eligibility.toml",
        swap('plan_is = "light"', 'plan_is = "lite"'),
        line_of("eligibility.toml", "pharmacy") - 1,
        "there is no plan lite",
    ),
    "an unknown rider in a condition": (
        "not_granted.toml",
        swap('not_attached = "point_card"', 'not_attached = "card"'),
        line_of("not_granted.toml", "point_card") - 3,
        "there is no rider card",
    ),
    "an unknown set in a condition": (
        "eligibility.toml",
        swap("set_in = [1]", "set_in = [9]"),
        line_of("eligibility.toml", "small_set_for") - 1,
        "there is no such set",
    ),
    "an unknown industry in a condition": (
        "eligibility.toml",
        swap('"S6"', '"S7"'),
        line_of("eligibility.toml", "pharmacy") - 1,
        "there is no such industry",
    ),
    "a mark that no industry has": (
        "eligibility.toml",
        swap('cold_chain = "yes"', 'cold_chain = "frozen"'),
        line_of("eligibility.toml", "cold_chain_closure") - 1,
        "no industry has cold_chain = frozen",
    ),
    "an unknown coverage in a condition": (
        "eligibility.toml",
        swap("limit_over = { liability", "limit_over = { liabilty"),
        line_of("eligibility.toml", "liability_over_50") - 1,
        "there is no coverage liabilty",
    ),
    "an unknown event of a clause": (
        "clauses.toml",
        swap('events = ["outage"]', 'events = ["outrage"]'),
        line_of("clauses.toml", "[[clauses.closure.grants]]"),
        "there is no covered event outrage",
    ),
    "an unknown head of an exception": (
        "not_granted.toml",
        swap('heads = ["notice", "lawyer"]', 'heads = ["notice", "lawer"]'),
        line_of("not_granted.toml", 'heads = ["notice", "lawyer"]') - 2,
        "there is no head of loss lawer",
    ),
    "an unknown condition": (
        "eligibility.toml",
        swap('plan_is = "light"', 'plan_was = "light"'),
        line_of("eligibility.toml", "plan_is"),
        "plan_was: Extra inputs are not permitted",
    ),
    "two conditions in one": (
        "eligibility.toml",
        swap('{ plan_is = "light" }', '{ plan_is = "light", set_in = [1] }'),
        line_of("eligibility.toml", "plan_is"),
        "exactly one condition is needed, not 2",
    ),
    "the same finding twice": (
        "riders.toml",
        swap('"closure_sales_over"', '"shop_too_large"'),
        line_of("riders.toml", "sales_at_most") - 1,
        "the finding shop_too_large is there twice",
    ),
    "an unknown rider of a set": (
        "sets.csv",
        swap(",1000000,business_income,", ",1000000,closure,"),
        3,
        "there is no rider closure",
    ),
    "a set's limit off the menu": (
        "sets.csv",
        swap("30000000,3000000,1000000", "30000001,3000000,1000000"),
        3,
        "30000001 is not on the menu of liability",
    ),
    "a set that attaches business income without a limit": (
        "sets.csv",
        swap("3000000,1000000,", "3000000,,"),
        3,
        "a business-income limit is needed exactly where",
    ),
    "a rider that a set has no limit for": (
        "riders.toml",
        swap("set_in = [1]", "set_in = [3]"),
        line_of("riders.toml", "[riders.business_income]"),
        "set 1 has no business-income limit",
    ),
    "an unknown class of business income": (
        "industries.csv",
        swap("13300,N,yes,0,28", "13300,Z,yes,0,28"),
        3,
        "there is no class Z",
    ),
    "a name for an unknown industry": ("industry_names.csv", swap("S6,", "S9,"), 7, "there is no industry S9"),
    "a name for two industries": (
        "industry_names.csv",
        add("S6,魚屋,さかなや\n"),
        after("industry_names.csv"),
        "魚屋 is there twice",
    ),
    "a plan factor without a column": (
        "plans.toml",
        swap('factor = "full"', 'factor = "fuller"'),
        line_of("plans.toml", 'factor = "full"'),
        "industries.csv has no column fuller_factor",
    ),
    "a first plan with a factor": (
        "plans.toml",
        swap("clauses = []", 'clauses = []\nfactor = "card"'),
        line_of("plans.toml", "clauses = []") + 1,
        "the first plan carries the base",
    ),
    "a printed mark of an unknown plan": (
        "printed_marks.csv",
        swap("leak,light", "leak,lite"),
        2,
        "there is no plan lite",
    ),
    "a printed mark of an unknown head": (
        "printed_marks.csv",
        swap("head,notice", "head,notices"),
        8,
        "there is no head notices",
    ),
    "a printed mark that is none": (
        "printed_marks.csv",
        swap("leak,light,yes", "leak,light,maybe"),
        2,
        "the mark is yes, no, or a rider, not maybe",
    ),
    # --- tariff
    "a constant missing": (
        "tariff.toml",
        swap("unit = { value = 100 }\n", ""),
        line_of("tariff.toml", "[constants]"),
        "the constant unit is missing",
    ),
    "a constant too many": (
        "tariff.toml",
        swap("unit =", "loading = { value = 1 }\nunit ="),
        line_of("tariff.toml", "unit ="),
        "there is no constant loading",
    ),
    "sales that do not rise": (
        "sales_curve.csv",
        swap("100000000,17500", "30000000,17500"),
        4,
        "30000000 does not lie above 30000000",
    ),
    "a factor that falls": (
        "sales_curve.csv",
        swap("100000000,17500", "100000000,9999"),
        4,
        "the factor falls from 10000 to 9999",
    ),
    "a factor that rises faster than sales": (
        "sales_curve.csv",
        swap("100000000,17500", "100000000,33334"),
        4,
        "twice the sales would cost more than twice",
    ),
    "a limit whose factor falls": (
        "expense_limits.csv",
        swap("5000000,21000", "5000000,15999"),
        4,
        "the factor falls from 16000 to 15999",
    ),
    "a curve that starts at nothing": ("sales_curve.csv", swap("5000000,6000", "0,6000"), 2, "start above 0"),
    "sales above the curve that are not declined": (
        "eligibility.toml",
        swap("not_sales_at_most = 5_000_000_000", "not_sales_at_most = 5_000_000_001"),
        1,
        "sales above 5000000000, the last row of the curve, must be declined",
    ),
    "a wider plan that costs less": (
        "industries.csv",
        swap("11500,12000", "9999,12000"),
        2,
        "standard_factor is below 1",
    ),
    "a rider that costs more than the widest plan": (
        "industries.csv",
        swap("12000,13300", "13301,13300"),
        2,
        "card_factor is above every wider plan's",
    ),
    "numbers that do not fit 64 bits": (
        "industries.csv",
        swap("S1,I58,鮮魚店,Fishmongers,21000", "S1,I58,鮮魚店,Fishmongers,9999999999999"),
        1,
        "would not fit 64 bits",
    ),
    "a published premium that does not come out": (
        "examples.csv",
        swap("18700", "18800"),
        2,
        "the published premium is 18800, the tariff gives 18700",
    ),
    "a published premium that is refused": (
        "examples.csv",
        swap("S3,30000000,light,1", "S6,30000000,light,1"),
        2,
        "the tariff gives None",
    ),
    "an example of an unknown industry": (
        "examples.csv",
        swap("S3,", "D06,"),
        2,
        "the example names an unknown industry or plan",
    ),
    "an example of an unknown set": ("examples.csv", swap("light,1", "light,7"), 2, "there is no set 7"),
    "an example of the free set without limits": (
        "examples.csv",
        swap("full,3,30000000,3000000", "full,3,,"),
        4,
        "an example of a free set names its limits",
    ),
    # --- the sheet
    "points that are no whole tenths": (
        "sheet.toml",
        lambda raw: raw.replace(b"share = 70", b"share = 71").replace(b"points = 30", b"points = 31"),
        line_of("sheet.toml", 'id = "Q3"') - 1,
        "Q3.weekly: points × share must be whole tenths",
    ),
    "a best answer that is not full": (
        "sheet.toml",
        swap('[{ code = "full", label_ja = "はい"', '[{ code = "yes", label_ja = "はい"'),
        line_of("sheet.toml", 'id = "Q2"') - 1,
        "the first answer must be `full`",
    ),
    "a question twice": (
        "sheet.toml",
        swap('id = "Q3"', 'id = "Q2"'),
        line_of("sheet.toml", 'id = "Q3"') - 1,
        "Q2 is there twice",
    ),
    "steps that do not rise": (
        "sheet.toml",
        swap("points = 65", "points = 30"),
        line_of("sheet.toml", "points = 65") - 1,
        "must rise from step to step",
    ),
    "a discount off the ladder": (
        "sheet.toml",
        swap("discount = 20", "discount = 25"),
        line_of("sheet.toml", "step ="),
        "25 is not a step of 10",
    ),
    "a knock-out of an unknown fact": (
        "sheet.toml",
        swap('fact = "guests_use_shop_network" }', 'fact = "guests" }'),
        line_of("sheet.toml", "[[knock_outs]]"),
        "there is no fact guests",
    ),
    "a knock-out of nothing": (
        "sheet.toml",
        swap('when = { fact = "guests_use_shop_network" }', "when = {}"),
        line_of("sheet.toml", "[[knock_outs]]"),
        "a fact or a question is needed",
    ),
    "a cap of an unknown certificate": (
        "sheet.toml",
        add('\n[[certificate_caps]]\nkinds = ["iso"]\nat_most = 10\n'),
        after("sheet.toml") + 1,
        "there is no certificate iso",
    ),
}


@pytest.mark.parametrize("fault", GALLERY)
def test_is_refused_with_file_line_and_reason(fault: str) -> None:
    refused(GALLERY[fault])
