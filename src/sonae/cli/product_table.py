"""A product as tables in a terminal."""

import json
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from sonae.cli.table import EFFECTS, console
from sonae.conditions import COVERAGES
from sonae.coverage import Cell, matrix
from sonae.explanation import decimal
from sonae.product import CurveRow, Product
from sonae.worksheet import MARKS, Basis
from sonae.yen_text import write_limit


def mark(basis: Basis) -> str:
    """The mark and source of a value: 推定 reconstruction."""
    return f"{MARKS[basis.status][0]} {basis.source}"


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, header_style="dim", pad_edge=False)
    for column in columns:
        right = column.endswith(">")
        table.add_column(column.rstrip(">"), justify="right" if right else "left")
    return table


def show(product: Product) -> None:
    """Everything a reader wants to know of a product, section by section."""
    out = console()
    out.print(f"[bold]{escape(product.name.ja)}[/]\n[dim]{escape(product.name.en)}[/]")
    until = f"〜{product.valid_until.isoformat()}" if product.valid_until else "〜（次の年度まで）"
    out.print(f"{product.id} ・ {product.year.ja} ・ {product.valid_from.isoformat()}{until}")
    out.print(f"hash {product.hash}\n約款 {escape(product.wording.ja)}")
    approval = product.approval_no or "なし（見本・未承認）"
    out.print(f"募集文書の承認番号 {escape(approval)}\n")
    _sets(out, product)
    _plans_and_riders(out, product)
    _rules(out, product)
    _industries(out, product)
    _tariff(out, product)
    _sheet(out, product)
    sources = _table("出典 Sources", "key", "題名 Title", "所在 Where")
    for source in product.sources.values():
        sources.add_row(source.key, escape(source.title.ja), escape(source.where_found))
    out.print(sources)


def _sets(out: Console, product: Product) -> None:
    table = _table(
        "加入セット Sets", "セット", "賠償損害>", "費用損害>", "利益損害>", "必ず付く特約", "免責金額>", "根拠"
    )
    for chosen in product.sets.values():
        limits = [write_limit(chosen.limits[name]) if name in chosen.limits else "—" for name in COVERAGES]
        if chosen.free:
            limits = [f"例 {limit}" for limit in limits]
        deductible = max(chosen.deductibles.values())
        table.add_row(
            chosen.name.ja,
            *limits,
            "、".join(product.riders[code].name.ja for code in chosen.attaches) or "—",
            write_limit(deductible) if deductible else "なし",
            mark(chosen.basis),
        )
    out.print(table, "")


def _plans_and_riders(out: Console, product: Product) -> None:
    table = _table("プランと特約 Plans and riders", "code", "名前", "付ける条項", "根拠")
    for plan in product.plans.values():
        names = "、".join(product.clauses[code].name.ja for code in plan.clauses)
        table.add_row(plan.code, plan.name.ja, names, mark(plan.basis))
    for rider in product.riders.values():
        name = product.clauses[rider.clause].name.ja if rider.clause else "—"
        table.add_row(rider.code, rider.name.ja, name, mark(rider.basis))
    out.print(table, "")


def _rules(out: Console, product: Product) -> None:
    table = _table("引受の規則 Rules", "code", "結果", "理由として伝えること", "根拠")
    for rule in product.rules:
        table.add_row(rule.code, EFFECTS[rule.effect][0], escape(rule.message.ja), mark(rule.basis))
    out.print(table, "")


def _industries(out: Console, product: Product) -> None:
    names = list(next(iter(product.industries.values())).factors)
    table = _table(
        "業種 Industries", "code", "名前", "基準額（円）>", *(f"{name}>" for name in names), "利益区分", "根拠"
    )
    for industry in product.industries.values():
        table.add_row(
            industry.code,
            industry.name.ja,
            f"{industry.core_base:,}",
            *(decimal(industry.factors[name]) for name in names),
            industry.business_income_class,
            mark(industry.basis),
        )
    out.print(table, "")


def _tariff(out: Console, product: Product) -> None:
    table = _table("定数 Constants", "名前", "値>", "根拠", "理由")
    constants = {**product.constants, **{f"business_income.{k}": v for k, v in product.business_income_bases.items()}}
    for name, constant in constants.items():
        table.add_row(name, f"{constant.value:,}", mark(constant.basis), escape(constant.basis.reason))
    out.print(table, "")
    curves: list[tuple[str, Sequence[CurveRow]]] = [
        ("売上高 Sales", product.sales_curve),
        ("IT業務の売上高 IT sales", product.it_sales_curve),
        *((f"{name} の限度額", product.menus[name]) for name in COVERAGES),
    ]
    for title, rows in curves:
        if not rows:
            continue
        table = _table(title, "円>", "係数>", "根拠")
        for row in rows:
            table.add_row(f"{row.at:,}", decimal(row.factor), mark(row.basis))
        out.print(table, "")


def _sheet(out: Console, product: Product) -> None:
    sheet = product.sheet
    if sheet is None:
        return
    table = _table(f"{sheet.name.ja} {sheet.version}", "id", "質問", "点>", "答えと割合", "根拠")
    for question in sheet.questions:
        answers = " / ".join(f"{choice.label.ja} {choice.share}%" for choice in question.answers)
        table.add_row(question.id, question.text.ja, str(question.points), answers, mark(question.basis))
    for kind in sheet.certificates:
        table.add_row(kind.part_b, kind.name.ja, f"{kind.discount}%", "", mark(kind.basis))
    out.print(table)
    out.print("段階: " + "、".join(f"{step.points}点→{step.discount}%" for step in sheet.steps), "")


def _cells(product: Product, plan: str, number: int, riders: Iterable[str]) -> dict[tuple[str, str], Cell]:
    return matrix(product, plan, number, product.attached_riders(number, riders))


def print_matrix(product: Product, plans: list[str], number: int, riders: tuple[str, ...]) -> None:
    """One ○× table a plan: heads down, events across; ○ granted, × knowingly not."""
    out = console()
    for plan in plans:
        found = _cells(product, plan, number, riders)
        title = f"{product.plans[plan].name.ja} ・ {product.sets[number].name.ja}"
        table = _table(title, "対象となる損害", *(event.number or event.code for event in product.events.values()))
        for head in product.heads.values():
            marks = ["○" if found[event, head.code].granted else "×" for event in product.events]
            table.add_row(head.name.ja, *marks)
        out.print(table, "")
    for event in product.events.values():
        out.print(f"[dim]{event.number or event.code}[/] {escape(event.plain.ja)} [dim]{escape(event.plain.en)}[/]")


def matrix_json(product: Product, plans: list[str], number: int, riders: tuple[str, ...]) -> str:
    """Every cell with its clause, or the reason why it is not granted."""
    rows = []
    for plan in plans:
        for cell in _cells(product, plan, number, riders).values():
            row: dict[str, object] = {
                "plan": plan,
                "set": number,
                "event": cell.event,
                "head": cell.head,
                "granted": cell.granted,
            }
            if cell.granted:
                clause, grant = cell.grants[0]
                row |= {"clause": clause.code, "source": grant.basis.source, "status": grant.basis.status}
            else:
                reasons = cell.left_out
                row |= {
                    "reason": reasons[0].reason.ja if reasons else None,
                    "reason_en": reasons[0].reason.en if reasons else None,
                    "source": reasons[0].basis.source if reasons else None,
                    "status": reasons[0].basis.status if reasons else None,
                }
            rows.append(row)
    return json.dumps(rows, ensure_ascii=False)
