"""The journal in words: what happened, and what an entry's body says, field by field.

Pure, as `presentation.py`. Personal data lie in a body as ciphertext, and are shown as that.
"""

from collections.abc import Mapping
from typing import Any, Final

from sonae.cover import Reason
from sonae.product import Text
from sonae.web.presentation import Language, figure, say
from sonae.web.presentation_office import factor_word, reason_word

KIND_WORDS: Final[dict[str, Text]] = {
    "cover": Text("加入契約", "Cover"),
    "application": Text("申込み", "Application"),
    "member": Text("会員", "Member"),
    "quotation": Text("見積", "Quotation"),
}
"""The kinds of objects that have a timeline."""

ENTRY_WORDS: Final[dict[str, Text]] = {
    "member_registered": Text("会員の登録", "Member registered"),
    "particulars_changed": Text("名称・所在地の変更", "Name or address changed"),
    "handling_transferred": Text("担当代理店の変更", "Another agency handles the member"),
    "handling_suspended": Text("代理店の閲覧を止めた", "Agency's sight suspended"),
    "handling_resumed": Text("代理店の閲覧を戻した", "Agency's sight given back"),
    "membership_confirmed": Text("会員の確認", "Membership confirmed"),
    "organisation_created": Text("組織の登録", "Organisation made"),
    "quotation_stored": Text("見積の保存", "Quotation stored"),
    "quotation_shared": Text("見積のリンクの発行", "Quotation shared"),
    "application_begun": Text("申込みの開始", "Application begun"),
    "content": Text("申込内容", "Content of the application"),
    "link_made": Text("お客さま用リンクの発行", "Link made for the applicant"),
    "links_revoked": Text("お客さま用リンクの取消し", "Links revoked"),
    "referred": Text("引受の照会", "Referred"),
    "condition_closed": Text("引受条件の完了", "Condition closed"),
    "step_intent": Text("意向の把握", "Wishes recorded"),
    "step_proposal": Text("提案", "Proposal"),
    "step_papers": Text("重要事項の交付", "Important matters given"),
    "step_acknowledgement": Text("重要事項の確認", "Important matters read"),
    "step_disclosure": Text("告知", "Disclosure"),
    "step_final_price": Text("最終の保険料", "Final price"),
    "step_confirmation": Text("意向の確認", "Intent confirmed"),
    "step_signature": Text("署名", "Signature"),
    "step_membership": Text("会員の確認（申込み）", "Membership checked"),
    "step_decision": Text("引受の判断", "Decision"),
    "step_binding": Text("成立", "Bound"),
    "change_proposed": Text("異動の提案", "Change proposed"),
    "change_agreed": Text("異動の承認", "Change agreed to"),
    "change_turned_down": Text("異動を承認しない", "Change turned down"),
    "renewal_offered": Text("更新の案内", "Renewal offered"),
    "paper_issued": Text("書類の発行", "Paper issued"),
    "cover_transaction": Text("契約の異動", "Transaction of the cover"),
    "share_revoked": Text("見積のリンクの取消し", "Quotation's link revoked"),
    "person_invited": Text("会員の招待", "Person invited"),
}

FIELD_WORDS: Final[dict[str, Text]] = {
    "reason": Text("理由", "reason"),
    "number": Text("番号", "number"),
    "version": Text("版", "version"),
    "charge": Text("差額", "charge"),
    "written": Text("計上保険料", "written premium"),
    "premium": Text("保険料", "premium"),
    "changes": Text("変更", "changes"),
    "note": Text("メモ", "note"),
    "approver": Text("承認者", "approver"),
    "disclosure": Text("告知書の版", "disclosure"),
    "inception": Text("始期", "inception"),
    "outcome": Text("結果", "outcome"),
    "channel": Text("経路", "channel"),
    "factor": Text("本人確認", "factor"),
    "party": Text("誰の側", "party"),
    "name": Text("名称", "name"),
    "address": Text("所在地", "address"),
    "as_of": Text("確認日", "as of"),
    "detail": Text("自由記入", "free text"),
    "contact": Text("連絡先", "contact"),
}

_SEALED: Final = frozenset({"detail", "contact"})
_LONGEST: Final = 120
_REASONS: Final = frozenset(str(one) for one in Reason)


def entry_word(kind: str, language: Language) -> str:
    """What an entry is called; its own name where it has no word."""
    if kind in ENTRY_WORDS:
        return say(ENTRY_WORDS[kind], language)
    return kind


def fields(body: Mapping[str, Any], language: Language) -> list[tuple[str, str]]:
    """Label and value of what a body says in words that people read; hashes and ids are in the export."""
    shown = []
    for name in FIELD_WORDS:
        value = body.get(name)
        if value in (None, "", [], {}, False):
            continue
        label = say(FIELD_WORDS[name], language)
        if name in _SEALED:
            text = "kept encrypted" if language == "en" else "暗号化して保管"
        elif name == "reason" and value in _REASONS:
            text = reason_word(value, language)
        elif name == "factor":
            text = factor_word(str(value), language)
        elif isinstance(value, list) and len(value) > 4:
            text = f"{len(value)} rows" if language == "en" else f"{len(value)}件"
        else:
            text = _text(value)
        shown.append((label, text))
    return shown


def _text(value: Any) -> str:
    if isinstance(value, Mapping):
        words = ", ".join(f"{name} {_text(each)}" for name, each in value.items() if each not in (None, "", [], {}))
    elif isinstance(value, list):
        words = ", ".join(_text(each) for each in value)
    elif isinstance(value, int) and not isinstance(value, bool):
        words = figure(value) if abs(value) > 9999 else str(value)
    else:
        words = str(value)
    return words if len(words) <= _LONGEST else f"{words[:_LONGEST]}…"
