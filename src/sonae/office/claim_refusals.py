"""Refusals of the claims office in words: understood, and not possible now."""

from __future__ import annotations

from .refusals import Refused

WORDS: dict[str, tuple[str, str]] = {
    "notice_times_wrong": (
        "知った日時・通知した日時は、受け付けた日時より前にしてください。",
        "Known and notified lie before the receipt.",
    ),
    "event_unknown": ("この商品にない事由です。", "There is no such event in this product."),
    "facts_unusable": (
        "事実は人数（整数）と、yes・no・unknownだけで書いてください。名簿は送らないでください。",
        "State facts as counts and yes, no or unknown. Send no list of persons.",
    ),
    "story_unusable": ("内容は1〜4,000文字で書いてください。", "Write 1 to 4,000 characters."),
    "my_number": (
        "マイナンバー（個人番号）のような12桁の数字があります。消してから送ってください。保存していません。",
        "There is a number like a My Number. Remove it. Nothing was stored.",
    ),
    "consent_needed": (
        "会員の同意がありません。同意を得た方法を書いてください。",
        "The member's consent is missing. Say how it was given.",
    ),
    "consent_withdrawn": ("会員が同意を取り消しました。", "The member has withdrawn its consent."),
    "no_agency": ("担当の代理店がありません。", "No agency handles this member."),
    "claim_closed": ("事案は終了しています。再開してください。", "The claim is closed. Reopen it."),
    "claim_open": ("事案は終了していません。", "The claim is not closed."),
    "scanner_down": (
        "ウイルス検査が動いていないため、いまは受け取れません。保存していません。あとでもう一度送ってください。",
        "The virus scanner does not answer, so nothing is taken now. Nothing was stored. Send it again later.",
    ),
    "no_cause": ("この事案は、共通の原因につながっていません。", "This claim is linked to no common cause."),
    "other_cause": (
        "この事案は、いまは別の原因につながっています。ページを開き直してください。",
        "This claim is linked to another common cause by now. Open the page again.",
    ),
    "payments_waiting": ("支払いの途中の事案は終了できません。", "Payments are under way."),
    "reason_unusable": ("理由は1〜400文字で書いてください。", "Write a reason of 1 to 400 characters."),
    "text_unusable": ("200文字までで、制御文字を使わずに書いてください。", "Write at most 200 characters."),
    "no_such_step": ("5つの段階のどれかを選んでください。", "Choose one of the five steps."),
    "task_settled": ("この作業は済んでいます。", "This task is settled."),
    "no_such_head": ("この商品にない費目です。", "There is no such head of loss."),
    "amount_unusable": ("金額は1円から10兆円未満の整数（円）で書いてください。", "Write whole yen below 10 trillion."),
    "spend_decided": ("この見積は処理済みです。", "This estimate is decided."),
    "same_person": ("本人とは別の人が決めます。", "A second person decides."),
    "no_cover": ("この日に有効な加入契約がありません。", "No cover was in force then."),
    "cover_of_another": ("この会員の加入契約ではありません。", "This cover is not the member's."),
    "limit_reached": (
        "支払限度額の残りを超えます。支払い済み・承認済みの額を確かめてください。",
        "More than is left of the limit.",
    ),
    "no_decision": ("確定した支払いの判断がありません。", "There is no confirmed decision."),
    "decision_unusable": ("判断の内容が、費目と合いません。", "The decision does not fit the heads."),
    "decision_confirmed": ("この判断は確定しています。", "This decision is confirmed."),
    "departure_unexplained": (
        "似た事案と違う扱いです。理由を書いてください。",
        "This departs from like cases. Say why.",
    ),
    "more_than_decided": ("判断した額を超える支払いです。", "More than was decided."),
    "premium_not_received": (
        "保険料の領収を確かめていません。領収を記録してから支払います。",
        "The receipt of the premium is not recorded.",
    ),
    "payee_unusable": ("支払先は、名義・銀行・支店・口座番号を書いてください。", "Name, bank, branch, account number."),
    "payee_changed": ("支払先の口座が変わっています。準備し直してください。", "The account was changed since."),
    "call_back_missing": (
        "口座の変更から日が浅いため、前から知っている番号への折り返し確認が必要です。",
        "The account was changed lately: call back a number known before.",
    ),
    "lien": (
        "賠償金を被害者以外に支払うには、被害者へ支払った証明か、被害者の同意が必要です（保険法22条）。",
        "Damages go to another than the claimant only against proof of payment or the claimant's consent.",
    ),
    "payment_moved": ("この支払いは、その手続きができる状態ではありません。", "The payment is not in that state."),
    "approvals_missing": ("承認が足りません。", "Approvals are missing."),
    "recovery_unusable": ("回収の金額が合いません。", "The amount recovered does not fit."),
    "return_unusable": (
        "支払った費目ごとに、まだ返還を求めていない額までを記録できます。",
        "A return is of a head that was paid, up to what was not asked back yet.",
    ),
    "demand_settled": ("この請求の示談は承認済みです。", "A settlement of this demand is agreed."),
    "file_too_large": ("ファイルは20MBまでです。", "A file has at most 20 MB."),
    "file_kind": (
        "PDF・PNG・JPEG・CSV・テキスト・XLSX・DOCXだけを受け取ります。中身が名前の種類と違うものも受け取りません。",
        "PDF, PNG, JPEG, CSV, text, XLSX, DOCX only, and what they say they are.",
    ),
    "file_harmful": ("開くと危険なファイルのため、受け取りません。", "This file is harmful to open."),
    "file_bomb": ("展開すると大きすぎるファイルです。", "This file expands beyond measure."),
    "file_persons": (
        "個人の名簿のように見えます。名簿は受け取りません。人数だけ知らせてください。",
        "This looks like a list of persons. Tell us the number only.",
    ),
    "file_name": ("ファイル名は255文字までで、見えない文字を使わずに付けてください。", "The file's name is unusable."),
    "notice_settled": ("この通知は処理済みです。", "This notice is settled."),
    "milestone_unknown": ("記録できない種類の出来事です。", "There is no such milestone."),
    "milestone_ahead": ("先の日時は記録できません。", "A moment ahead cannot be recorded."),
}  # fmt: skip


def refuse(code: str) -> Refused:
    """The refusal of this code, to raise."""
    return Refused(code, *WORDS[code])
