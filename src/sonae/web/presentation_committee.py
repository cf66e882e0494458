"""A run as a paper for the committee: the same words and figures as its page, with the doubts first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sonae.office.documents.committee import Part, bars_svg, curve_svg
from sonae.web.presentation import Language

_ROWS = 24


def impact_paper(run: Mapping[str, Any], told: Mapping[str, Any], warning: str, language: Language) -> dict[str, Any]:
    """The words of a paper of an impact run. Claims are in what is told only where the insurer's people read it."""
    ja = language == "ja"
    counts = told["counts"]
    book = (
        ("この制度の契約（計算した時に有効なもの）" if ja else "covers of this scheme in force")
        if run["members"] is None
        else (f"架空の{run['members']:,}加入者（仮定）" if ja else f"{run['members']:,} synthetic members (assumed)")
    )
    parts = [
        Part(
            told["moves"],
            "棒は変わった分だけを示し、縦の線は合計です。増減の合計は差額と1円まで一致します。"
            if ja
            else "Bars show movements only, thin lines totals; the parts sum to the yen.",
            svg=bars_svg(told["bars"]),
            alt="; ".join(f"{one['label']} {one['value']}" for one in told["bars"]),
        ),
        Part(
            told["who_moves"],
            svg=bars_svg([one | {"value": one["count"], "start": 0} for one in told["bands"]]),
            alt="; ".join(f"{one['label']} {one['count']}" for one in told["bands"]),
        ),
    ]
    if told["risk"]:
        parts.append(_risk(run, told["risk"], ja=ja))
    head = ("今（円）", "変えた後（円）", "差（円）", "割合") if ja else ("Now", "As changed", "Difference", "Share")
    parts += [
        Part(
            part["title"],
            columns=("", "加入者" if ja else "Members", *head),
            rows=tuple(
                (one["name"], one["members"], one["before"], one["after"], one["change"], one["percent"])
                for one in part["rows"][:_ROWS]
            ),
        )
        for part in told["segments"]
    ]
    if "claims" in told:
        parts.append(_claims(told["claims"], ja=ja))
    for group in told["diff"]:
        parts.append(
            Part(
                f"商品の違い：{group['title']}（{group['count']}件）"
                if ja
                else f"Difference: {group['title']} ({group['count']})",
                (f"初めの{_ROWS}件。" if ja else f"The first {_ROWS}.") if group["count"] > _ROWS else "",
                columns=("対象", "項目", "今", "変えた後", "根拠")
                if ja
                else ("Of what", "Value", "Now", "As changed", "Basis"),
                rows=tuple(
                    (
                        row["subject"],
                        row["label"],
                        row["before"],
                        row["after"],
                        " → ".join(dict.fromkeys(one.word if one else "—" for one in row["marks"])),
                    )
                    for row in group["rows"][:_ROWS]
                ),
                words=2 if group["rows"][0]["number"] else 5,
            )
        )
    return {
        "title": "商品を変えると何が起きるか" if ja else "What a change of the product does",
        "lead": told["title"],
        "meta": [
            ("加入者" if ja else "Book", book),
            ("今の内容" if ja else "From", told["from"]["hash"][:16]),
            ("変えた内容" if ja else "To", told["to"]["hash"][:16]),
            ("記録された結果" if ja else "On record", run.get("sha256", "—")[:16]),
        ],
        "figures": [
            (
                "年間保険料の合計" if ja else "Annual premium",
                f"{told['change']}",
                f"{told['before']} → {told['after']}",
            ),
            ("割合" if ja else "Share", told["percent"], f"{told['rows']}加入者" if ja else f"{told['rows']} members"),
            (
                "上がる／下がる" if ja else "Up / down",
                f"{counts['risen']} / {counts['fallen']}",
                f"変わらない {counts['unchanged']}" if ja else f"unchanged {counts['unchanged']}",
            ),
            (
                "新たに可／不可に" if ja else "Won / lost",
                f"{counts['won']} / {counts['lost']}",
                f"もともと不可 {counts['refused']}" if ja else f"refused anyway {counts['refused']}",
            ),
        ],
        "warning": [
            (
                "想定であり、予測ではありません" if ja else "Assumptions, not a forecast",
                ("料率は復元した推定値です。" if ja else "Rates are reconstructed. ")
                + (warning if told["risk"] else ""),
            ),
            *(
                [
                    (
                        "過去の事案" if ja else "Past claims",
                        (
                            "判断し直した事案を含みます。引受保険会社の社内だけで扱ってください。"
                            if ja
                            else "Claims decided again are in this paper: for the insurer's own people only."
                        )
                        if "claims" in told
                        else (
                            "判断し直した事案は、引受保険会社の画面と書面だけに表示します。"
                            if ja
                            else "Claims decided again are on the insurer's page and paper only."
                        ),
                    )
                ]
            ),
        ],
        "parts": parts,
    }


def _risk(run: Mapping[str, Any], found: Mapping[str, Any], *, ja: bool) -> Part:
    """Premium, expected loss and tail before and after; the tail as a range with its middle."""
    unit = found["unit"]
    rows = []
    for one in found["rows"]:
        cells = [one["before"], one["after"]]
        if "middles" in one:
            cells = [f"{cell}（{middle}）" for cell, middle in zip(cells, one["middles"], strict=True)]
        word = f"（{one['mark'].word}）" if one["mark"] else ""
        rows.append((f"{one['name']}{word}", *cells, one["change"]))
    return Part(
        f"保険料・支払いの期待値・悪い年（{unit}）" if ja else f"Premium, expected loss and a bad year ({unit})",
        f"同じ乱数で{run['years']:,}年を模擬した。200年に1回の年は標本の誤差の幅。" if ja
        else f"{run['years']:,} years simulated with the same seed; 1-in-200 as the range of its sampling error.",
        columns=("", "今", "変えた後", "差") if ja else ("", "Now", "As changed", "Difference"),
        rows=tuple(rows),
    )  # fmt: skip


def _claims(found: Mapping[str, Any], *, ja: bool) -> Part:
    """Decided claims that would be decided or paid differently, a row each, and under it its heads that move."""
    sums = f"{found['before']} → {found['after']}（{found['change']}）"
    rows: list[tuple[str, ...]] = []
    for one in found["rows"][:_ROWS]:
        outcomes = " → ".join(one["outcomes"])
        rows.append((one["number"], outcomes, one["before"], one["after"], one["change"] or one["why"]))
        rows += [(f"　{head['name']}", head["coverage"], head["before"], head["after"], head["reason"])
                 for head in one["heads"]]  # fmt: skip
    none = ("変わる事案はありません。" if ja else " None would change.") if not rows else ""
    first = (f"初めの{_ROWS}件。" if ja else f" The first {_ROWS}.") if len(found["rows"]) > _ROWS else ""
    return Part(
        "過去の事案を変えた商品で判断し直すと（引受保険会社限り）" if ja
        else "Past claims decided again under the changed product (insurer only)",
        (f"判断の済んだ{found['looked_at']}件：{sums}円。" if ja else f"{found['looked_at']} decided claims: {sums}.")
        + none + first,
        columns=("事案・費目", "判断", "決めた額", "変えた後", "差・理由") if ja
        else ("Claim, head", "Decision", "Decided", "As changed", "Change, reason"),
        rows=tuple(rows),
        words=2,
        strong=frozenset(n for n, row in enumerate(rows) if not row[0].startswith("　")),
    )  # fmt: skip


def simulation_paper(run: Mapping[str, Any], told: Mapping[str, Any], language: Language) -> dict[str, Any]:
    """The words of a paper of a simulation run: ranges, what is judgement, where model and tariff disagree."""
    ja = language == "ja"
    chart = told["paper_chart"]
    parts = []
    if not chart.get("empty"):
        parts.append(
            Part(
                (told.get("tail_times") or ("悪い年の支払い" if ja else "What a bad year may cost"))
                + ("（仮定）" if ja else " (assumed)"),
                "1年の支払合計（実線）。濃い帯は標本の誤差（5〜95%）、薄い帯は想定を変えた範囲。破線は最大の1事故、"
                "点線は個別の事故だけの場合。"
                if ja
                else "The year's sum (line); dark: sampling error, pale: changed assumptions. Dashed: the largest "
                "event, dotted: single incidents only.",
                svg=curve_svg(chart, "何年に1回の年か（対数目盛）" if ja else "Once in how many years (log scale)"),
                alt="; ".join(f"{one['period']}: {one['range']}" for one in told["points"]),
            )
        )
    parts += [
        Part(
            "再現期間ごとの支払い（年間保険料に対して）" if ja else "By return period (of the premium)",
            columns=(
                ("何年に1回", "年の合計", "標本の誤差", "想定も変えた幅", "最大の1事故", "TVaR")
                if ja
                else ("Years", "Year's sum", "Sampling", "With assumptions", "Largest event", "TVaR")
            ),
            rows=tuple(
                (one["period"], one["loss"], one["sampling"], one["range"], one["event"], one["tail_mean"])
                for one in told["points"]
            ),
            strong=frozenset(n for n, one in enumerate(told["points"]) if one["tail"]),
        ),
        Part(
            "補償ごとの損害率" if ja else "Loss ratio by coverage",
            told["balance"],
            columns=("", "保険料（億円）", "損害率") if ja else ("", "Premium (億円)", "Loss ratio"),
            rows=tuple((one["name"], one["premium"], one["ratio"]) for one in told["coverages"]),
        ),
        Part(
            "最も悪い年の原因" if ja else "Causes of the worst years",
            svg=bars_svg(
                [
                    one
                    | {
                        "label": f"{one['name']}（{one['mark'].word}）" if one["mark"] else one["name"],
                        "value": one["share"],
                        "start": 0,
                    }
                    for one in told["causes"]
                ]
            ),
            alt="; ".join(f"{one['name']} {one['share']}" for one in told["causes"]),
        ),
        *([_ties(told["ties"], ja=ja)] if told["ties"] else []),
        Part(
            "想定を変えると（同じ乱数）" if ja else "With changed assumptions (same seed)",
            columns=("想定", "平均", "200年に1回") if ja else ("Assumption", "Mean", "1-in-200"),
            rows=(
                ("今の想定" if ja else "As assumed", told["ratio"], told.get("tail_middle", "—")),
                *((one["name"], one["ratio"], one["tail"]) for one in told["changed"]),
            ),
            strong=frozenset({0}),
        ),
        Part(
            "業種ごとの損害率（仮定）" if ja else "Loss ratio by industry (assumed)",
            columns=(
                ("業種", "加入者", "保険料（億円）", "損害率", "賠償・費用", "利益損害")
                if ja
                else ("Industry", "Members", "Premium (億円)", "Loss ratio", "Core", "Business income")
            ),
            rows=tuple(
                (one["name"], one["members"], one["premium"], one["ratio"], one["core"], one["income"])
                for one in told["segments"]
            ),
        ),
    ]
    tail = told.get("tail", "—")
    return {
        "title": "1年にいくら支払うことになりうるか" if ja else "What a year may cost",
        "lead": (
            f"架空の{told['members']}加入者に{told['years']}年分の事故を起こし、約款の限度額で支払った結果です。"
            if ja
            else f"{told['years']} years of incidents over {told['members']} synthetic members, each paid by the terms."
        ),
        "meta": [
            ("想定" if ja else "Assumptions", told["model"]),
            ("想定の内容" if ja else "Content", told["hash"]),
            ("乱数の種" if ja else "Seed", str(told["seed"])),
        ],
        "figures": [
            (
                "年間保険料（億円）" if ja else "Premium (億円)",
                told["premium"],
                f"1加入者 {told['each']}円" if ja else f"{told['each']} yen each",
            ),
            (
                "平均の損害率" if ja else "Mean loss ratio",
                told["ratio"],
                f"個別 {told['ratio_attritional']}、集積 {told['ratio_systemic']}"
                if ja
                else f"single {told['ratio_attritional']}, systemic {told['ratio_systemic']}",
            ),
            (
                "200年に1回の年" if ja else "1-in-200 year",
                tail,
                "年間保険料に対して（幅）" if ja else "of the premium (range)",
            ),
            (
                "判断に頼る割合" if ja else "Rests on judgement",
                told["judged"],
                f"資料の手がかりもない原因は、平均の{told['unsourced']}、最も悪い{told['top_years']}年の"
                f"{told['unsourced_worst']}"
                if ja
                else f"with nothing published behind them: {told['unsourced']} of the mean, {told['unsourced_worst']} "
                f"of the worst {told['top_years']} years",
            ),
        ],
        "warning": [("想定であり、予測ではありません" if ja else "Assumptions, not a forecast", told["warning"])],
        "parts": parts,
    }


def _ties(rows: Sequence[Mapping[str, Any]], *, ja: bool) -> Part:
    """Members that one supplier or one technique ties together."""
    return Part(
        "同じ事業者・同じ技術に頼る加入者（仮定）" if ja else "Members tied by one supplier or technique (assumed)",
        "1つの停止や弱点が、ここにいる人に同時に及びうる。だれがどこに頼るかは想定の割合から引いた。" if ja
        else "One outage or weakness may reach all of them at once. Who is on what is drawn from assumed shares.",
        columns=("何に頼るか", "加入者", "割合", "保険料（億円）", "限度額の合計（億円）", "うち利益損害（億円）") if ja
        else ("On what", "Members", "Share", "Premium (億円)", "Limits (億円)", "of it income (億円)"),
        rows=tuple((one["name"], one["members"], one["share"], one["premium"], one["limit"], one["income_limit"])
                   for one in rows),
    )  # fmt: skip
