"""What incidents may cost: perils and their frequency, the heads of loss they bring, systemic events: frozen values.

A loss model is data (`loss_models/`), read by `doors.loss_model_files`, and a user can replace it. Every row carries
its source and status, so that a report can say how much of a figure is judgement. Money is in yen. Frequencies are a
year's expected number for a company of the model's size with middling controls; a median and sigma are a lognormal's.
This is the one place of the core where numbers are not whole: nothing here is a premium or a payment.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from sonae.worksheet import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounded:
    """Where a row comes from; an assumed one says why."""

    source: str
    status: Status
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Peril(Grounded):
    """What may happen to one company, and how often in a year.

    frequency × (sales ÷ the model's)^size_power × e^(−control_slope × (q − ½)) × the industry's relativity, where q is
    the quality of controls from 0 to 1. Perils with `shared_year` rise and fall together; with `common_factor` all
    heads of an event do; with `minor` some events stay small. The covered event is `event` in the share `trigger` of
    cases or where somebody else has a loss, else `event_without_trigger`. With `needs` the peril counts only for
    members whose cover grants something for that event.
    """

    code: str
    name_ja: str
    name_en: str
    frequency: float
    size_power: float
    control_slope: float
    relativity: Literal["none", "ransomware", "web", "error"]
    shared_year: bool
    common_factor: bool
    minor: bool
    trigger: float
    event: str
    event_without_trigger: str
    needs: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount(Grounded):
    """One amount of an event: a head of loss, with a probability, and how large.

    `sized` amounts grow with the company's sales by the model's power; `size_sales` and `size_power` give a growth of
    their own. Better controls lower it by e^(−control_slope × (q − ½)). `forensics` stands for the investigation of
    computers and servers, times a lognormal. Amounts that need `cards` come only where card numbers leaked.
    """

    peril: str
    name_ja: str
    name_en: str
    head: str
    kind: Literal["fixed", "lognormal", "forensics"]
    probability: float
    median: float
    sigma: float
    sized: bool
    size_sales: float | None
    size_power: float | None
    control_slope: float
    needs: Literal["", "cards"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice(Grounded):
    """Notices to the persons whose data leaked: how many, and how often letters, a call centre, condolence money.

    `persons`: a share of the records (beta a, b), a number of its own (lognormal a, b), or a uniform share (a to b).
    """

    peril: str
    probability: float
    persons: Literal["share", "lognormal", "uniform"]
    a: float
    b: float
    letters: float
    call_centre: float
    condolence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Stoppage(Grounded):
    """Business that stops: profit a day × what depends on IT (or the web shop) × days, and extra expense.

    `shop_or_part` is the larger of the shop's share and `Exposure.part_of_dependency` of the dependency.
    """

    peril: str
    probability: float
    exposure: Literal["dependency", "shop", "shop_or_part"]
    factor: float
    days_median: float
    days_sigma: float
    days_most: float
    control_slope: float
    extra_median: float
    extra_sigma: float
    extra_sized: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario(Grounded):
    """A systemic event: how often, whom it can reach, which share of them it hits, and what it does to each.

    The share is lognormal with a cap; a company's own chance falls with its controls. It brings the amounts of `peril`
    times `severity`; without a peril it is an outage of so many `days` (drawn once for all). `longer` replaces the days
    of the peril's stoppage; with `all_records` every record is concerned.
    """

    code: str
    name_ja: str
    name_en: str
    frequency: float
    reaches: Literal["all", "cloud", "vendor", "vpn", "ec"]
    footprint_median: float
    footprint_sigma: float
    footprint_most: float
    control_slope: float
    severity: float
    peril: str
    days: Literal["", "uniform", "lognormal", "longer"]
    days_a: float | None
    days_b: float | None
    days_most: float | None
    all_records: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class IndustryProfile(Grounded):
    """What a company of an industry has: sales a head, computers a head, records for each 100 million yen of sales."""

    code: str
    sales_a_head: int
    computers_a_head: float
    gross_margin: float
    dependency: float
    records: float
    card_share: float
    shop_share: float
    ransomware: float
    web: float
    error: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Size(Grounded):
    """The sales in yen at which amounts are quoted, and the power by which a `sized` amount grows with sales."""

    sales: float
    power: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedYear(Grounded):
    """One factor a year for all perils marked `shared_year`: gamma with mean 1 and this coefficient of variation."""

    variation: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CommonFactor(Grounded):
    """One factor an event for all its heads where a peril is marked `common_factor`: lognormal with mean 1."""

    sigma: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Minor(Grounded):
    """Of a peril marked `minor` the share `share` of events is times `factor`, every other one times `others`."""

    share: float
    factor: float
    others: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure(Grounded):
    """What a company has at least, and what of it stands still where neither the shop nor all of IT does.

    A server beside one for every `staff_a_server` persons; `part_of_dependency` is a share of what depends on IT.
    """

    least_records: float
    staff_a_server: float
    part_of_dependency: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Forensics(Grounded):
    """What the investigation of an event costs, in yen: a first computer and further ones, and servers.

    `…_investigated` are shares of what the company has, up to `most_…` of them.
    """

    first_computer: float
    computers_investigated: float
    most_computers: float
    server: float
    servers_investigated: float
    most_servers: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Notices(Grounded):
    """Notices to persons, in yen: a letter and condolence money each; a call centre above so many persons.

    The call centre costs `call_centre` × (persons ÷ `call_centre_persons`)^power, at most `call_centre_most`.
    """

    letter: float
    call_centre_above: float
    call_centre: float
    call_centre_persons: float
    call_centre_power: float
    call_centre_most: float
    condolence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Cards(Grounded):
    """Card numbers issued again, in yen a card times a lognormal, claimed back by the issuers as damages.

    Counted in `share_of_events` of the events with cards, and only above `counted_above` cards.
    """

    re_issue: float
    sigma: float
    share_of_events: float
    counted_above: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage(Grounded):
    """An outage elsewhere: profit a day × days × `factor` × a lognormal; extra expense in yen after so many days."""

    factor: float
    sigma: float
    extra_after_days: float
    extra: float
    extra_sigma: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach(Grounded):
    """Whom a systemic event can reach: shares of providers, users of VPN and shops, the industries of one supplier.

    A share of VPN users is `vpn_base` + `vpn_slope` × log10(sales ÷ 100 million yen), kept between least and most.
    A supplier is met in `vendor_industries` drawn industries, `vendor_factor` times as readily, in others
    `vendor_others` times.
    """

    cloud_shares: tuple[float, ...]
    vpn_base: float
    vpn_slope: float
    vpn_least: float
    vpn_most: float
    shop_from: float
    shop_share: float
    vendor_industries: int
    vendor_factor: float
    vendor_others: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensitivities(Grounded):
    """What a run is held against: a scenario so many times as often, all frequencies times `lower` and `upper`."""

    scenario: str
    scenario_factor: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Feeds:
    """Where the model's formulas lead, in the product's codes: the heads of loss they feed, and two covered events.

    `outage` is the event of a stoppage, `it_work` that of work for others. The rows of tables name their own.
    """

    notices: str
    condolence: str
    damages: str
    loss_of_profit: str
    extra_expense: str
    outage: str
    it_work: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Caution:
    """What every report says, and what must be said of these assumptions beside the tariff."""

    text_ja: str
    text_en: str
    balance_ja: str
    balance_en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LossModel(Grounded):
    """One set of assumptions. `hash` is the content hash of its files, as a product's."""

    id: str
    hash: str
    name_ja: str
    name_en: str
    warning: Caution
    feeds: Feeds
    size: Size
    shared_year: SharedYear
    common_factor: CommonFactor
    minor: Minor
    exposure: Exposure
    forensics: Forensics
    notices: Notices
    cards: Cards
    outage: Outage
    reach: Reach
    sensitivities: Sensitivities
    perils: Mapping[str, Peril]
    amounts: tuple[Amount, ...]
    notice_rows: Mapping[str, Notice]
    stoppages: Mapping[str, Stoppage]
    scenarios: Mapping[str, Scenario]
    industries: Mapping[str, IndustryProfile]
    sources: Mapping[str, tuple[str, str]]
