"""What applicants answered, and what was decided on it, apart from the steps: read by the applicant and the insurer.

The step has only the hash, and the hash of a final content rests on that, so everybody who sees an application sees it
stand at the same place. The wall is the database's (migration 0020); nothing here decides who reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from secrets import token_hex
from typing import Any
from uuid import UUID

from sonae.application import Step

from . import canonical, subjects, walls
from .models import Application, ApplicationAnswers, ApplicationContent, ApplicationStep

APART = frozenset({Step.disclosure, Step.decision})
"""The steps whose words lie apart: they tell, or may tell, what the applicant answered."""


def keep(application: Application, number: int, words: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """Keeps a step's words, in the caller's transaction: as they are kept, with a salt, and the hash for the step."""
    kept = dict(words) | {"salt": token_hex(16)}
    raw = canonical.dump(kept)
    # The key is made here: whoever takes the step for the rules may write this row, and not read it back.
    ApplicationAnswers.objects.create(application=application, number=number, body=raw)
    return kept, canonical.sha256(raw)


def of(application: Application) -> dict[int, Any]:
    """The words that lie apart, by step number, as far as they are within the reach of this transaction."""
    rows = ApplicationAnswers.objects.filter(application=application).values_list("number", "body")
    return {number: canonical.load(body) for number, body in rows}


def for_the_rules(application: Application, number: int) -> Mapping[str, str]:
    """The answers of a disclosure for a decision by rule, also in the transaction of someone who may not read them."""
    with walls.opened(reach="all"):
        answers: Mapping[str, str] = of(application)[number]["answers"]
        return answers


def sealed(application: Application, number: int, detail: Mapping[str, str]) -> bytes:
    """What the applicant typed may name persons: it lies under the member's contact key."""
    member = application.member
    subject = member.subject_key
    if subject is None or subject.wrapped_key is None:
        subject, data_key = subjects.new_key(member.organisation_id)
        member.subject_key = subject
        member.save(update_fields=["subject_key"])
    else:
        data_key = subjects.open_key(subject)
    return subject.id.bytes + subjects.encrypt(
        data_key, canonical.dump(dict(detail)), table="application_step", column="detail",
        row=UUID(int=application.id.int ^ number), key_version=subject.key_version,
    )  # fmt: skip


def content_hash(
    application: Application, content: ApplicationContent, papers: ApplicationStep, disclosure: ApplicationStep
) -> str:
    """The hash of the final content: price, cover, answers and papers. It rests on the answers by their hash alone."""
    disclosed = canonical.load(disclosure.body)
    if disclosed.get("content_of") == [content.number, papers.number]:
        # From before the answers lay apart: the hash that was confirmed then.
        before: str = disclosed["content"]
        return before
    return canonical.sha256(
        canonical.dump(
            {
                "application": str(application.id),
                "premium": content.premium,
                "request_sha256": canonical.sha256(bytes(content.request_bytes)),
                "answer_sha256": canonical.sha256(bytes(content.answer_bytes)),
                "disclosure": application.disclosure_version,
                "answers_sha256": disclosed["sha256"],
                "papers": canonical.load(papers.body)["papers"],
            }
        )
    )
