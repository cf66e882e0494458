"""Words for payments: to whom, who must approve, and whether you may. Pure."""

from collections.abc import Iterable
from typing import Final, Protocol

from sonae.product import Text
from sonae.web.presentation import Language, amount, say

PAYEE_WORDS: Final[dict[str, Text]] = {
    "insured": Text("会員", "The member"),
    "claimant": Text("請求者", "The claimant"),
    "vendor": Text("業者", "A vendor"),
}


class Authority(Protocol):
    """A step of authority: from how many yen of a claim's payments on, who approves."""

    @property
    def from_yen(self) -> int: ...
    @property
    def approvers(self) -> int: ...
    @property
    def manager(self) -> bool: ...


_WHY: Final[dict[str, Text]] = {
    "done": Text("この支払いは承認を待っていません。", "This payment does not wait for an approval."),
    "own": Text(
        "あなたが準備した支払いです。別の人が承認します。", "You prepared this payment. Another person approves it."
    ),
    "already": Text("あなたは承認済みです。", "You have approved it already."),
    "last": Text("あなたの承認で、支払えるようになります。", "With your approval it can go out."),
    "more": Text(
        "あなたは承認できます。そのあと、もう1人以上の承認が要ります。",
        "You may approve. One more approval at least is needed after yours.",
    ),
    "manager": Text(
        "あなたは承認できます。ただし、管理者の承認も要ります。", "You may approve. A manager must approve it too."
    ),
}


def may_approve(
    *, own: bool, already: bool, state: str, is_manager: bool, manager_needed: bool, has_manager: bool, missing: int,
    spoken: Language,
) -> tuple[bool, str]:  # fmt: skip
    """Whether whoever looks may approve, and why or why not. What holds is the desk's; this says it beforehand."""
    if state != "prepared":
        code, may = "done", False
    elif own:
        code, may = "own", False
    elif already:
        code, may = "already", False
    elif manager_needed and not has_manager and not is_manager:
        code, may = "manager", True
    else:
        code, may = ("last" if missing <= 1 else "more"), True
    return may, say(_WHY[code], spoken)


def authority_words(steps: Iterable[Authority], spoken: Language) -> list[tuple[str, str]]:
    """From how much on, who approves."""
    found = []
    for step in steps:
        if spoken == "en":
            who = f"{step.approvers} other person{'s' if step.approvers > 1 else ''}"
            who += ", one of them a manager" if step.manager else ""
            found.append((f"from {amount(step.from_yen, 'en')}", who))
        else:
            who = f"別の{step.approvers}人" + ("（うち管理者1人）" if step.manager else "")
            found.append((f"{amount(step.from_yen, 'ja')}から" if step.from_yen else "はじめから", who))
    return found
