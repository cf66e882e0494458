"""The claims office's own rules, from claim_rules.toml: authority, call-backs, first tasks, shares. All are assumed."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

STEPS = ("investigation", "restoration", "expert_advice", "victim_response", "recurrence_prevention")


@dataclass(frozen=True)
class Authority:
    """From so many yen of a claim's payments on: how many approve, and whether one must be a manager."""

    from_yen: int
    approvers: int
    manager: bool


@dataclass(frozen=True)
class FirstTask:
    step: str
    title_ja: str
    title_en: str
    hours: int


@dataclass(frozen=True)
class ClaimRules:
    """`source`, `status` and `reason` are those of the whole file; `shares` in whole percent, the lead first."""

    authority: tuple[Authority, ...]
    fresh_days: int
    tolerance: int
    likes_shown: int
    at_least_members: int
    persons_over: int
    shares: dict[str, int]
    tasks: tuple[FirstTask, ...]
    step_of_head: dict[str, str]
    source: str
    status: str
    reason: str

    @property
    def lead(self) -> str:
        return next(iter(self.shares))

    def step_for(self, head: str) -> str:
        """The step of the response under which a head of loss is shown."""
        return self.step_of_head.get(head, "expert_advice")

    def authority_for(self, cumulative: int) -> Authority:
        """What a claim's payments of so many yen in all need."""
        return [step for step in self.authority if step.from_yen <= cumulative][-1]


@lru_cache(maxsize=1)
def rules() -> ClaimRules:
    told = tomllib.loads(Path(__file__).with_name("claim_rules.toml").read_text("utf-8"))
    steps = tuple(Authority(**step) for step in told["authority"])
    assert [step.from_yen for step in steps] == sorted({0, *(step.from_yen for step in steps)}), "steps rise from 0"
    tasks = tuple(FirstTask(**task) for task in told["tasks"])
    assert {task.step for task in tasks} <= set(STEPS), "there are five steps"
    placed = {head: step for step, heads in told["heads"].items() for head in heads}
    assert set(placed.values()) <= set(STEPS), "there are five steps"
    return ClaimRules(
        authority=steps, fresh_days=told["payee"]["fresh_days"], tolerance=told["likeness"]["tolerance"],
        likes_shown=told["likeness"]["shown"], at_least_members=told["counts"]["at_least_members"],
        persons_over=told["report"]["persons_over"],
        shares={one["insurer"]: one["share"] for one in told["shares"]}, tasks=tasks,
        step_of_head=placed,
        source=told["source"], status=told["status"], reason=told["reason"],
    )  # fmt: skip
