"""What is changed of the assumptions to see how far a tail moves: the changes that the loss model itself names."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from sonae.loss_model import LossModel
from sonae.product import Text

CODES = ("worm_twice", "rarer", "oftener")


@dataclass(frozen=True)
class Sensitivity:
    """The assumptions with one thing changed."""

    code: str
    name: Text
    model: LossModel


def sensitivities(model: LossModel) -> Iterator[Sensitivity]:
    """One scenario more often, then all frequencies lower, then higher; in the order of `CODES`."""
    change = model.sensitivities
    scenarios = dict(model.scenarios)
    one = scenarios[change.scenario]
    scenarios[change.scenario] = replace(one, frequency=one.frequency * change.scenario_factor)
    yield Sensitivity(
        "worm_twice",
        Text(
            f"{one.name_ja}の頻度を{change.scenario_factor:g}倍にする",
            f"{one.name_en}: frequency × {change.scenario_factor:g}",
        ),
        replace(model, scenarios=scenarios),
    )
    for code, factor in (("rarer", change.lower), ("oftener", change.upper)):
        yield Sensitivity(
            code,
            Text(f"すべての頻度を{factor:g}倍にする", f"All frequencies × {factor:g}"),
            replace(
                model,
                perils={name: replace(one, frequency=one.frequency * factor) for name, one in model.perils.items()},
                scenarios={
                    name: replace(one, frequency=one.frequency * factor) for name, one in model.scenarios.items()
                },
            ),
        )
