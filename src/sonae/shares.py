"""How co-insurers share a payment (共同保険): the lead pays all of it and recovers the others' shares."""

from collections.abc import Mapping


def split(amount: int, shares: Mapping[str, int], lead: str) -> dict[str, int]:
    """A payment in yen by insurer; `shares` in whole percent sum to 100. Odd yen stay with the lead.

    Raises ValueError where the shares do not sum to 100 or the lead has none.
    """
    if sum(shares.values()) != 100 or any(share <= 0 for share in shares.values()) or lead not in shares:
        raise ValueError("shares are positive, sum to 100 and name the lead")
    if amount < 0:
        raise ValueError("a payment is not negative")
    parts = {name: amount * share // 100 for name, share in shares.items() if name != lead}
    return {name: parts[name] if name != lead else amount - sum(parts.values()) for name in shares}
