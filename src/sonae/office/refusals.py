"""Refusals of the office in words: understood, and not possible now. Reasons of insurance come from product data."""

from __future__ import annotations

from datetime import date

from sonae.application import Refusal

from .people import Unacceptable


class Refused(Unacceptable):
    """Nothing was done; `code`, `message` and `message_en` say why."""

    def __init__(self, code: str, message: str, message_en: str) -> None:
        self.code, self.message, self.message_en = code, message, message_en
        super().__init__(f"{message} / {message_en}")

    @classmethod
    def of(cls, refusal: Refusal) -> Refused:
        return cls(refusal.code, refusal.message, refusal.message_en)


WORDS: dict[str, tuple[str, str]] = {
    "name_unusable": (
        "名称は1〜200文字で、制御文字や見えない文字を使わずに書いてください。",
        "Write the name in 1 to 200 characters, without control or invisible ones.",
    ),
    "number_unusable": ("法人番号の検査用数字が合いません。", "The check digit of the corporate number is wrong."),
    "postal_code_unusable": ("郵便番号は7桁の数字です。", "A postal code has seven digits."),
    "contact_unusable": (
        "連絡先はperson・mail・phoneを1〜200文字で書いてください。",
        "Write person, mail and phone in 1 to 200 characters.",
    ),
    "member_known": (
        "この法人番号の事業者は登録済みです。担当の変更は中央会へ連絡してください。",
        "A member with this corporate number is registered. Ask the federation to transfer it.",
    ),
    "no_such_body": ("この団体はありません。", "There is no such body."),
    "not_of_this_cooperative": ("名簿に、この組合の組合員でない事業者があります。", "The list names others' members."),
    "as_of_ahead": ("確認日に先の日付は使えません。", "A day ahead cannot be confirmed."),
    "quotation_refused": ("引き受けられない見積です。", "This quotation is refused by the product's rules."),
    "quotation_expired": ("見積の有効期限が過ぎています。", "The quotation has expired."),
    "quotation_altered": ("見積が保存時の内容と一致しません。", "The quotation differs from what was stored."),
    "quotation_superseded": (
        "新しい料率・商品に置き換わった見積です。",
        "The quotation rests on a superseded product.",
    ),
    "quotation_for_another": ("別の事業者あての見積です。", "The quotation is for another company."),
    "quotation_used": ("この見積はもう申込みに使われています。", "The quotation is already applied for."),
    "takes_no_applications": ("この商品は申込みを受け付けていません。", "This product takes no applications."),
    "other_start": (
        "始期が違う見積です。新しい申込みにしてください。",
        "The start differs. Begin another application.",
    ),
    "other_version": ("別の版の告知書への回答です。", "These are answers to another version of the questions."),
    "incomplete_answers": (
        "すべての質問に、選択肢から答えてください。",
        "Answer every question with one of its choices.",
    ),
    "no_papers_to_give": (
        "この商品には、お渡しする契約概要・注意喚起情報がありません。",
        "This product has no contract summary and warning information to give.",
    ),
    "other_papers": (
        "お渡しした書面が変わっています。最新の書面を確かめてください。",
        "Other papers were given since. Look at the present ones.",
    ),
    "link_unknown": ("このリンクは使えません。", "This link opens nothing."),
    "other_content": (
        "表示された内容が変わっています。最新の内容を確かめてください。",
        "The content has changed since it was shown. Look at it again.",
    ),
    "start_passed": ("始期を過ぎています。", "The start has passed."),
    "membership_not_confirmed": (
        "所属する組合が会員であることを確認していません。",
        "The cooperative has not confirmed membership.",
    ),
    "cover_already_held": (
        "この期間には、すでにこのプランの加入契約があります。",
        "There is already cover under this plan in this period.",
    ),
    "not_referred": ("審査を待っている申込みではありません。", "This application waits for no decision."),
    "same_person": ("提案した人とは別の人が決めます。", "A second person decides."),
    "condition_open": (
        "成立の前に満たす引受条件が残っています。",
        "A condition must be met before the cover is bound:",
    ),
    "factor_not_shown": (
        "成立の前に、パスキーかワンタイムコードでもう一度確認してください。",
        "Show a passkey or a one-time code once more before binding.",
    ),
    "offered_too_early": ("更改の案内を用意できるのは{day}からです。", "Renewal offers are prepared from {day} on."),
    "condition_closed": ("この条件は完了しています。", "This condition is closed."),
    "reason_unusable": ("理由は1〜400文字で書いてください。", "Write a reason of 1 to 400 characters."),
    "role_may_not": ("この異動を届け出られる役割ではありません。", "This role may not ask for this change."),
    "fraud_unmakes_only": (
        "詐欺を理由にできるのは、取消しと無効だけです。",
        "Fraud is a ground for avoidance and voidness only.",
    ),
    "outside_period": ("補償期間の外の日付です。", "The day is outside the period of cover."),
    "backdated_too_far": ("さかのぼれる日数を超えています。", "The change reaches back too far."),
    "loss_notified": (
        "事故の通知があるため、さかのぼる異動はできません。",
        "A loss was notified: nothing is backdated.",
    ),
    "nothing_changes": ("何も変わらない異動です。", "This changes nothing."),
    "cover_ended": ("この日に有効な加入契約がありません。", "No cover is in force on that day."),
    "not_undoable": ("取り消せる異動ではありません。", "This transaction cannot be undone."),
    "terms_unusable": (
        "この異動の結果は、商品の規則に合いません。",
        "The terms after this change do not fit the product's rules.",
    ),
    "proposal_decided": ("この提案は処理済みです。", "This proposal is decided."),
    "moved_on": ("提案のあとに加入契約が変わりました。もう一度提案してください。", "The cover has changed since."),
    "not_offered": ("更改の案内がありません。", "There is no renewal offer."),
    "renewal_begun": ("この更改の申込みは始まっています。", "This renewal is already applied for."),
    "not_in_force": ("有効でない加入契約は更改できません。", "A cover that has ended is not renewed."),
}  # fmt: skip


def refuse(code: str, day: date | None = None) -> Refused:
    """The refusal of this code, to raise; `day` is the one that its sentence names."""
    ja, en = WORDS[code]
    if day is None:
        return Refused(code, ja, en)
    return Refused(code, ja.replace("{day}", f"{day.year}年{day.month}月{day.day}日"), en.replace("{day}", str(day)))
