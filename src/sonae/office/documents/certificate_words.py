"""The fixed words of certificates, cover notes and endorsement notices."""

from collections.abc import Mapping
from typing import Final

from sonae.product import Text

WORDS: Final[Mapping[str, Text]] = {
    "certificate": Text("加入者証", "Certificate"),
    "confirmation": Text("加入内容確認書", "Confirmation of cover"),
    "cover_note": Text("付保証明書", "Cover note"),
    "endorsement": Text("異動承認書", "Endorsement notice"),
    "page": Text("ページ", "Page"),
    "number": Text("加入番号", "Number"),
    "made_on": Text("発行日", "Issued on"),
    "version": Text("内容", "Version"),
    "terms_from": Text("この内容の適用", "Terms from"),
    "named_insured": Text("記名被保険者", "Named insured"),
    "corporate_number": Text("法人番号", "Corporate number"),
    "submitted_to": Text("ご提出先", "Submitted to"),
    "honorific": Text("御中", ""),
    "period": Text("補償期間", "Period of cover"),
    "limits": Text("支払限度額", "Limits"),
    "coverage": Text("補償", "Coverage"),
    "limit": Text("支払限度額", "Limit"),
    "deductible": Text("免責金額", "Deductible"),
    "since": Text("初年度加入日", "First inception"),
    "none": Text("なし", "none"),
    "terms": Text("加入の内容", "Terms"),
    "wording": Text("適用約款", "Wording"),
    "plan": Text("プラン・加入セット", "Plan and set"),
    "clauses": Text("付帯される特約", "Clauses attached"),
    "industry": Text("業種", "Industry"),
    "sales": Text("年間売上高（申告）", "Annual sales as declared"),
    "sales_basis": Text("（税込、直近の事業年度）", " (tax included)"),
    "it_sales": Text("うちIT業務の売上高", "of which IT work"),
    "discounts": Text("適用した割引", "Discounts"),
    "premium": Text("保険料", "Premium"),
    "yen": Text("円", "yen"),
    "parties": Text("関係者", "Parties"),
    "policyholder": Text("保険契約者", "Policyholder"),
    "insurers": Text("引受保険会社", "Insurers"),
    "leads": Text("（幹事）", " (lead)"),
    "association": Text("会員団体・組合", "Association"),
    "agency": Text("取扱代理店", "Agency"),
    "solicitor": Text("募集人", "Solicitor"),
    "incident": Text("事故が起きたら", "When something happens"),
    "check_title": Text("この書面の確かめ方", "How to check this paper"),
    "check": Text(
        "二次元コードには、発行者が署名した内容が入っています。読み取ると、いまも有効かどうかを次のページで確認できます。"
        "通信ができない所でも、このPDFファイルと公開鍵だけで、改ざんの有無を確かめられます。",
        "",
    ),
    "key": Text("署名鍵", "Key"),
    "qr": Text("内容の署名", "Signed content"),
    "qr_alt": Text("この書面の内容に署名した二次元コード", "QR code with the signed content of this paper"),
}

LINES: Final[Mapping[str, str]] = {
    "statement": "下記のとおり加入されていることを証します。",
    "confirmation_statement": "下記のとおり加入されていることを確認しました。\n"
    "引受保険会社が発行する加入者証ではありません。",
    "note_statement": "下記のとおり加入されていることをお知らせします。\n補償を約束する書面ではありません。",
    "standing": "この書面は、加入の内容が変わると新しい版に替わります。"
    "支払いの条件と支払わない場合は、約款によります。",
    "answers": "告知書と割引確認シートの回答は、この書面に載りません。",
    "duty": "業種・名称・住所の変更、合併・事業譲渡、会員でなくなることは、遅滞なく取扱代理店にご連絡ください。",
    "part_year": "補償期間の全体の金額です。1年分では{yen}円です。",
    "first_steps": "LANを抜く・電源は切らない・触らない・電話する",
    "emergency": "24時間受付　{number}",
    "no_emergency": "連絡先は、取扱代理店です。",
    "consent": "事前の承認を得ずに、責任を認めたり、支払いを約束したりしないでください。",
}
