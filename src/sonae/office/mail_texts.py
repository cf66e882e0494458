"""What mails say: plain Japanese first, the English below it. No premium, no answer, no loss stands in any.

A mail is read on the way and kept in strange places, so it says that something waits and where, and no more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sonae import wording
from sonae.period import JST

_FOOT = (
    "このメールは{office}の事務所から自動で送りました。心当たりがないときは、何もせずに捨ててください。\n\n"
    "---\n{english}\n\nSent automatically by the office of {office}. If you do not expect it, ignore it.\n"
)


@dataclass(frozen=True)
class Words:
    """Subject and text of one mail."""

    subject: str
    text: str


def invitation(member: str, link: str, until: datetime) -> Words:
    """A person of a member may come in, once, until the link ends."""
    return _made(
        f"【備え】{member} のログインのご招待 / Invitation to log in",
        member,
        f"{member} の方として、この事務所にログインできるようにしました。\n"
        f"次のリンクを開き、パスキーを登録してください。使えるのは1回だけ、{_until(until)}までです。\n\n{link}\n",
        f"You are invited to log in for {member}. Open the link above and register a passkey. "
        f"It works once, until {_until_en(until)}.",
    )


def reset(office: str, link: str, until: datetime) -> Words:
    """A person sets password and factors anew."""
    return _made(
        "【備え】ログインの再設定 / Setting your log-in anew",
        office,
        "運用の担当者が、あなたのログインの再設定を始めました。\n"
        f"次のリンクを開いて、もう一度設定してください。使えるのは1回だけ、{_until(until)}までです。\n"
        "頼んでいないときは開かずに、事務所に電話で知らせてください。\n\n"
        f"{link}\n",
        "An operator has begun to set your log-in anew. Open the link above; it works once, until "
        f"{_until_en(until)}. If you did not ask for it, do not open it and call the office.",
    )


def applicant_link(
    member: str, agency: str, link: str, until: datetime, start: date, closes: str, closes_en: str
) -> Words:
    """The applicant goes on with the application on their own device; until when it is signed for which start."""
    return _made(
        f"【備え】{member} のお申込みの続き / Your application",
        agency,
        f"{member} のお申込みの準備ができました。説明を読み、質問に答え、内容を確かめて署名してください。\n"
        f"答えと署名は、ご本人だけが行えます。リンクは{_until(until)}まで開けます。\n"
        f"{closes}までに署名すると、補償は{wording.day(start, 'ja')}に始まります。\n\n{link}\n",
        f"The application of {member} is prepared. Read, answer, confirm and sign by the link above, which opens "
        f"until {_until_en(until)}. Signed by {closes_en}, cover starts on {wording.day(start, 'en')}.",
    )


def renewal_offer(member: str, group_year: int, agency: str, start: date, closes: str, closes_en: str,
                  link: str) -> Words:  # fmt: skip
    """To the member: next year's offer is there, and what happens without an answer."""
    return _made(
        f"【備え】{member} の{group_year}年度の更新のご案内 / Renewal offer",
        agency or "備え",
        f"{member} の{group_year}年度（{wording.day(start, 'ja')}から）の更新のご案内ができました。\n"
        "昨年の内容を印字してあります。変わったところだけを直して、署名してください。\n"
        f"{closes}までにお答えがないと、補償は満期で終わります。\n\n{link}\n",
        f"The renewal offer of {member} for {group_year} is ready. Correct what has changed and sign by {closes_en}; "
        "without an answer cover ends at expiry.",
    )


def renewal_offers(agency: str, group_year: int, count: int, link: str) -> Words:
    """To the agency's people: how many offers there are for members they handle."""
    return _made(
        f"【備え】{group_year}年度の更新のご案内 {count}件 / {count} renewal offers",
        agency,
        f"{agency} が担当する会員の、{group_year}年度の更新のご案内を{count}件用意しました。\n"
        f"まだ署名していない会員の一覧は、次のページにあります。\n\n{link}\n",
        f"{count} renewal offers for {group_year} are ready for members that {agency} handles. "
        "The list of those who have not signed is on the page above.",
    )


def condition_due(member: str, office: str, due: date, past: bool, link: str) -> Words:
    """To the agency's people and the insurer's: a condition of an acceptance falls due. What it says stays inside."""
    when = f"{wording.day(due, 'ja')}が期限です" if not past else f"期限（{wording.day(due, 'ja')}）を過ぎています"
    when_en = f"is due on {wording.day(due, 'en')}" if not past else f"was due on {wording.day(due, 'en')}"
    return _made(
        f"【備え】{member} の引受条件の期限 / A condition falls due",
        office,
        f"{member} の引受けに付いた条件は、{when}。\n条件の内容は、ログインして確かめてください。\n\n{link}\n",
        f"A condition of the acceptance of {member} {when_en}. Log in to read it.",
    )


def _made(subject: str, office: str, japanese: str, english: str) -> Words:
    return Words(_one_line(subject), f"{japanese}\n" + _FOOT.format(office=office, english=english))


def _one_line(text: str) -> str:
    """A subject is one line, whatever a name holds."""
    return "".join(character if character.isprintable() else " " for character in text)[:200]


def _until(moment: datetime) -> str:
    local = moment.astimezone(JST)
    return f"{wording.day(local.date(), 'ja')} {local:%H:%M}"


def _until_en(moment: datetime) -> str:
    local = moment.astimezone(JST)
    return f"{wording.day(local.date(), 'en')}, {local:%H:%M} (Japan)"
