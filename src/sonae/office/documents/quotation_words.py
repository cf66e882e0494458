"""The fixed words of the quotation paper, in Japanese and English."""

from collections.abc import Mapping
from typing import Final

from sonae.product import Text

WORDS: Final[Mapping[str, Text]] = {
    "paper": Text("御見積書", "Quotation"),
    "sample": Text("見本・未承認", "SPECIMEN – NOT APPROVED"),
    "approval": Text("承認番号", "Approval"),
    "insurer": Text("引受保険会社", "Insurer"),
    "page": Text("ページ", "Page"),
    "number": Text("見積番号", "Number"),
    "made_on": Text("見積日", "Date"),
    "valid_until": Text("有効期限", "Valid until"),
    "until": Text("まで", ""),
    "honorific": Text("御中", ""),
    "corporate_number": Text("法人番号", "Corporate number"),
    "agency": Text("取扱代理店", "Agency"),
    "solicitor": Text("募集人", "Solicitor"),
    "registration": Text("募集人登録番号", "Registration"),
    "premium": Text("年間保険料", "Annual premium"),
    "premium_referred": Text("年間保険料（概算）", "Annual premium (provisional)"),
    "yearly": Text("1年分の金額です。", "For one year."),
    "part_year": Text(
        "補償期間が1年に満たないときの保険料は、申込みのときに示します。",
        "For a period under a year the charge is shown at application.",
    ),
    "between": Text("　", ", "),
    "referred_lead": Text(
        "引受保険会社の審査が必要です。審査が済むまで、この金額は概算です。",
        "The insurer must decide. Until then this amount is provisional.",
    ),
    "yen": Text("円", "yen"),
    "before": Text("割引前の小計", "Subtotal before discounts"),
    "group_discount": Text("団体割引", "Group discount"),
    "security_discount": Text("セキュリティ割引", "Security discount"),
    "sheet_answered": Text(
        "セキュリティ割引は、割引確認シートの回答によります。", "The security discount follows the answered sheet."
    ),
    "sheet_assumed": Text("セキュリティ割引は仮の率です。", "The security discount is only assumed."),
    "sheet_none": Text(
        "割引確認シートに回答すると、セキュリティ割引が付くことがあります。",
        "Answering the discount sheet may earn a security discount.",
    ),
    "refused": Text("この条件では引き受けられません", "This cannot be accepted as asked"),
    "refused_lead": Text("理由と、条件を変えてできることは次のとおりです。", "The reasons, and what could be done:"),
    "colon": Text("：", ": "),
    "terms": Text("お見積りの条件", "Terms quoted"),
    "asked": Text("ご希望の条件", "What was asked"),
    "product": Text("商品", "Product"),
    "plan": Text("プラン・加入セット", "Plan and set"),
    "riders": Text("特約", "Riders"),
    "industry": Text("業種", "Industry"),
    "sales": Text("年間売上高", "Annual sales"),
    "sales_basis": Text("（税込、直近の事業年度）", "\n(tax included, latest fiscal year)"),
    "it_sales": Text("うちIT業務の売上高", "of which IT work"),
    "period": Text("補償期間", "Period of cover"),
    "none": Text("なし", "none"),
    "limits": Text("支払限度額と免責金額", "Limits and deductibles"),
    "coverage": Text("補償", "Coverage"),
    "limit": Text("支払限度額", "Limit"),
    "deductible": Text("免責金額", "Deductible"),
    "no_cover": Text("補償なし", "not covered"),
    "cover": Text("何が起きたら、何を支払うか", "What happens, and what is paid"),
    "event": Text("起きたこと", "Event"),
    "paid_title": Text("支払う損害・費用", "What is paid"),
    "left_out_title": Text("この条件では支払わないもの", "What this does not cover"),
    "left_out_none": Text(
        "この商品で選べる補償は、すべて付いています。", "Every cover that this product offers is included."
    ),
    "dash": Text(
        "「－」は、その損害が生じない組み合わせです。支払いの条件と支払わない場合は、約款によります。",
        "A dash marks a combination in which no such loss arises. The wording decides conditions and exclusions.",
    ),
    "notes": Text("ご確認ください", "Please note"),
}

LIMIT_BASES: Final[Mapping[str, Text]] = {
    "liability": Text("1請求・補償期間中", "each claim and in aggregate"),
    "expense": Text("1事故・補償期間中", "each incident and in aggregate"),
    "business_income": Text("1事故・補償期間中", "each incident and in aggregate"),
}
"""To what a limit applies. Liability is claims-made; expense and business income count by incident."""
