"""A replay as a table in a terminal, 100 columns wide at most."""

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from sonae.cases import KnownCase
from sonae.cli.table import console
from sonae.conditions import COVERAGES
from sonae.product import Product
from sonae.replay import Change, Closing, Replay, Result, closing
from sonae.yen_text import write, write_limit

WIDTH = 100
COVERAGE_WORDS = {"liability": "賠償損害", "expense": "費用損害", "business_income": "利益損害"}


def print_replay(product: Product, replayed: Replay, known: KnownCase | None) -> None:
    """The case, each set as it stands, the heads that stay unpaid, and the cheapest change."""
    out = console()
    out.width = min(out.width, WIDTH)
    case = replayed.case
    out.print(f"[bold]{escape(case.title.ja)}[/] [dim]{escape(case.code)}[/]")
    if known is not None and known.notice is not None:
        out.print(f"[yellow]{escape(known.notice.ja)}[/]")
    out.print(f"損害の合計 [bold]{replayed.claimed:,}円[/] [dim]claimed[/]")
    if case.own_terms is not None:
        _own_terms(out, product, replayed.results[0])
    else:
        _covers(out, product, replayed)
        _heads(out, product, replayed)
        _closing(out, product, closing(product, case))
    if known is not None and known.warning is not None:
        out.print(f"[yellow]注意[/] {escape(known.warning.message.ja)}")
    out.print()


def _table(*columns: str) -> Table:
    found = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", show_edge=False)
    for column in columns:
        right = column.endswith(">")
        found.add_column(column.rstrip(">"), justify="right" if right else "left", no_wrap=right)
    return found


def _plain(product: Product, replayed: Replay) -> list[Result]:
    """The covers with no rider beside those of their set."""
    return [
        one for one in replayed.results if one.set is not None and one.riders == product.attached_riders(one.set, ())
    ]


def _covers(out: Console, product: Product, replayed: Replay) -> None:
    found = _table("プラン Plan", "セット Set", "賠償>", "費用>", "利益>", "支払う Paid>", "足りない Short>")
    for one in _plain(product, replayed):
        assert one.plan is not None, "a cover of the product"
        assert one.set is not None, "a cover of the product"
        limits = [write_limit(one.limits[name]) if name in one.limits else "—" for name in COVERAGES]
        short = f"{one.short:,}" if one.short else "0"
        found.add_row(product.plans[one.plan].name.ja, product.sets[one.set].name.ja, *limits, f"{one.paid:,}", short)
    out.print(found)
    others = len(replayed.results) - len(_plain(product, replayed))
    if others:
        out.print(f"[dim]ほかに特約の組み合わせ {others} 通り（--json に全部あります）[/]")


def _heads(out: Console, product: Product, replayed: Replay) -> None:
    """Each head under the first printed set of each plan, with its clause or why it is not paid."""
    found = _table(
        "費目 Head", "損害 Claimed>", *(f"{plan.name.ja}>" for plan in product.plans.values()), "条項 Clause"
    )
    best = {
        plan: max((one for one in _plain(product, replayed) if one.plan == plan), key=lambda one: one.paid)
        for plan in product.plans
    }
    for place, head in enumerate(next(iter(best.values())).heads):
        rows = [one.heads[place] for one in best.values()]
        clause = next((row.clause for row in rows if row.clause is not None), None)
        name = product.clauses[clause].name.ja if clause is not None else "—"
        found.add_row(
            product.heads[head.head].name.ja,
            f"{head.claimed:,}",
            *(f"{row.paid:,}" if row.clause is not None else "×" for row in rows),
            name,
        )
    names = "、".join(f"{product.sets[one.set].name.ja}" for one in best.values() if one.set is not None)
    out.print(f"[dim]費目ごと（プランごとに最も多く支払うセット: {names}）[/]")
    out.print(found)


def _closing(out: Console, product: Product, found: Closing | None) -> None:
    if found is None:
        out.print("[dim]加入者の業種と売上高がないので、保険料は計算していません。[/]")
        return
    if found.short:
        out.print(f"どの加入内容でも {found.short:,}円 は足りません（支払えるのは {found.payable:,}円 まで）。")
    if found.printed is None:
        out.print("決まったセットには、足りない分をなくすものがありません。")
    else:
        _change(out, product, "決まったセット", found.printed)
    if found.chosen is not None:
        _change(out, product, "フリーセット", found.chosen)
    if found.chosen_with_income is not None and found.chosen_with_income != found.chosen:
        _change(out, product, "利益損害を残す", found.chosen_with_income)


def _change(out: Console, product: Product, word: str, change: Change) -> None:
    one = change.result
    assert one.plan is not None, "a cover of the product"
    assert one.set is not None, "a cover of the product"
    limits = "・".join(
        f"{COVERAGE_WORDS[name]}{write_limit(one.limits[name])}" for name in COVERAGES if name in one.limits
    )
    cover = f"{product.plans[one.plan].name.ja} {product.sets[one.set].name.ja}（{limits}）"
    out.print(f"{word}: 年間 [bold]{change.premium:,}円[/] {escape(cover)}")
    extra = [code for code in one.riders if code not in product.sets[one.set].attaches]
    if extra:
        out.print(escape("    特約: " + "、".join(product.riders[code].name.ja for code in extra)))
    if change.gives_up and change.against is not None:
        less = "、".join(
            f"{COVERAGE_WORDS[name]}は{write_limit(limit)}まで" if limit else f"{COVERAGE_WORDS[name]}の補償なし"
            for name, limit in change.gives_up.items()
        )
        out.print(escape(f"    {product.sets[change.against].name.ja}より減るもの: {less}"))


def _own_terms(out: Console, product: Product, one: Result) -> None:
    out.print("この事故例は独自の条件によるもので、このプランの加入内容ではありません（保険料は計算しません）。")
    limits = "・".join(f"{COVERAGE_WORDS[name]}{write(limit)}" for name, limit in one.limits.items())
    out.print(escape(f"条件: {limits}"))
    found = _table("費目 Head", "損害 Claimed>", "支払う Paid>")
    for head in one.heads:
        found.add_row(product.heads[head.head].name.ja, f"{head.claimed:,}", f"{head.paid:,}")
    out.print(found)
    out.print(f"支払う [bold]{one.paid:,}円[/]  足りない {one.short:,}円")
