"""How often a stranger may ask: one who has no key and no log-in is known by their address alone."""

from __future__ import annotations

from django.http import HttpRequest

from sonae.web.budget import budgets

PER_MINUTE = 30
"""Far more than whoever holds a paper needs, far less than trying out numbers would (of 50 random bits)."""


def must_wait(request: HttpRequest) -> int:
    """0 if the stranger may ask now; else the seconds after which they may."""
    return budgets.spend(f"address:{request.META.get('REMOTE_ADDR', '')}", PER_MINUTE)
