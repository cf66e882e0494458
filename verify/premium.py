"""Check a printed premium from nothing but the printed answer.

    python -m verify.premium ANSWER.json     or -, for standard input; one answer, or one a line

For every answer:

* each line's formula, worked out exactly in fractions, gives the line's value;
* each formula has the shape that the line must have, and every operand that is the result of an earlier line,
  or a figure of the request, is printed there as that figure;
* an operand that two lines share is the same in both;
* the premium is the last line, and a refusal has neither premium nor worksheet.

Beside other answers of the same product, operands must also agree between answers: one core base an industry, one
factor a limit, one curve. A change of a digit that moves no yen cannot be seen in one answer alone; beside the other
prices of the same member it can.

Exit status 0 when all stand, 1 with one line for every fault. Standard library only.
"""

import json
import re
import sys
from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

LINES: dict[str, tuple[str, tuple[str, ...]]] = {
    "sales_factor": ("e-4", ("curve_row", "r(low + (high − low) × (annual_sales − low_at) ÷ (high_at − low_at))")),
    "core_at_size": ("yen", ("r(core_base × sales_factor)",)),
    "liability": ("yen", ("r(core_at_size × liability_share × liability_factor × plan_factor)",)),
    "expense": ("yen", ("r(core_at_size × expense_share × expense_factor × plan_factor)",)),
    "business_income_at_size": ("yen", ("0", "r(business_income_base × sales_factor)")),
    "business_income": ("yen", ("0", "r(business_income_at_size × business_income_factor × continuity_factor)")),
    "it_sales_factor": (
        "e-4",
        ("0", "it_curve_row", "r(it_low + (it_high − it_low) × (it_sales − it_low_at) ÷ (it_high_at − it_low_at))"),
    ),
    "it_at_size": ("yen", ("0", "r(it_base × it_sales_factor)")),
    "it_business": ("yen", ("0", "r(it_at_size × liability_factor)")),
    "subtotal": ("yen", ("liability + expense + business_income + it_business",)),
    "after_group_discount": ("yen", ("r(subtotal × (1 − group_discount))",)),
    "after_security_discount": ("yen", ("r(after_group_discount × (1 − security_discount))",)),
    "annual_premium": ("yen", ("max(minimum, unit × r(after_security_discount ÷ unit))",)),
}
"""The thirteen lines in order: unit, and the shapes that the formula may have. A word in a shape is an operand."""

RIDER_LINES = (("business_income_at_size", "business_income"), ("it_sales_factor", "it_at_size", "it_business"))
"""Lines of a rider: all of them are 0, or none has the formula 0."""

_TOKEN = re.compile(r"\s*(?:([0-9]+(?:\.[0-9]+)?)|([A-Za-z_]+)|([-+−×÷(),]))")
_WHOLE = re.compile(r"0|[1-9][0-9]*")
_DECIMAL = re.compile(r"(?:0|[1-9][0-9]*)\.[0-9]+")


class Fault(NamedTuple):
    """What is wrong, and in which line of the worksheet (or field of the answer)."""

    line: str
    reason: str

    def __str__(self) -> str:
        return f"{self.line}: {self.reason}"


class Unreadable(ValueError):
    """The text is no formula of the worksheet's grammar."""


def half_up(value: Fraction) -> int:
    """The nearest whole number, a half upwards."""
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)


def tokens(text: str) -> list[str]:
    """Numbers, words and signs of a formula. Numbers are written without leading zeros."""
    found: list[str] = []
    place = 0
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            raise Unreadable(f"cannot be read at {text[place:]!r}")
        number = match[1]
        if number and not (_WHOLE.fullmatch(number) or _DECIMAL.fullmatch(number)):
            raise Unreadable(f"{number} is no number as the worksheet writes it")
        found.append(match[0].strip())
        place = match.end()
    return found


class _Reader:
    """Works a formula out while reading it: sums of products of numbers, brackets, r(…) and max(…)."""

    def __init__(self, text: str) -> None:
        self.left = tokens(text)[::-1]

    def take(self, wanted: str | None = None) -> str:
        if not self.left or (wanted is not None and self.left[-1] != wanted):
            raise Unreadable(f"{wanted or 'more'} is expected")
        return self.left.pop()

    def next_is(self, *signs: str) -> bool:
        return bool(self.left) and self.left[-1] in signs

    def whole_formula(self) -> Fraction:
        value = self.sum()
        if self.left:
            raise Unreadable(f"{self.left[-1]} is not expected")
        return value

    def sum(self) -> Fraction:
        value = self.product()
        while self.next_is("+", "−"):
            value = value + self.product() if self.take() == "+" else value - self.product()
        return value

    def product(self) -> Fraction:
        value = self.operand()
        while self.next_is("×", "÷"):
            if self.take() == "×":
                value *= self.operand()
                continue
            divisor = self.operand()
            if divisor == 0:
                raise Unreadable("a division by 0")
            value /= divisor
        return value

    def operand(self) -> Fraction:
        sign = self.take()
        if sign[0].isdigit():
            return Fraction(sign)
        if sign == "(":
            value = self.sum()
            self.take(")")
            return value
        if sign == "r":
            self.take("(")
            value = Fraction(half_up(self.sum()))
            self.take(")")
            return value
        if sign == "max":
            self.take("(")
            values = [self.sum()]
            while self.next_is(","):
                self.take(",")
                values.append(self.sum())
            self.take(")")
            return max(values)
        raise Unreadable(f"{sign} is not expected")


def work_out(formula: str) -> Fraction:
    """The exact value of a formula. Raises `Unreadable`."""
    return _Reader(formula).whole_formula()


def operands(formula: str, shape: str) -> dict[str, str] | None:
    """The operands of a formula by the names that the shape gives them; None when it has another shape.

    A name that the shape has twice must be the same number both times.
    """
    printed, wanted = tokens(formula), tokens(shape)
    if len(printed) != len(wanted):
        return None
    found: dict[str, str] = {}
    for token, name in zip(printed, wanted, strict=True):
        if name in ("r", "max") or not name[0].isalpha():
            if token != name:
                return None
        elif not token[0].isdigit() or found.setdefault(name, token) != token:
            return None
    return found


def as_printed(value: int, unit: str) -> str:
    """A line's value as a later line prints it: yen whole, a factor as a decimal with four places."""
    return f"{value // 10_000}.{value % 10_000:04d}" if unit == "e-4" else str(value)


def check(answer: Any) -> list[Fault]:
    """Every fault in one printed answer; an empty list accepts it."""
    try:
        return list(_check(answer))
    except (AttributeError, KeyError, TypeError) as wrong:
        return [Fault("answer", f"is not shaped as an answer: {wrong}")]


def _check(answer: Any) -> Iterator[Fault]:
    if not isinstance(answer, dict) or not {"premium", "worksheet", "request"} <= answer.keys():
        yield Fault("answer", "premium, worksheet and request are needed")
        return
    premium, worksheet = answer["premium"], answer["worksheet"]
    if premium is None:
        if worksheet:
            yield Fault("premium", "a refused request has no worksheet")
        if not any(finding.get("effect") == "decline" for finding in answer.get("findings", ())):
            yield Fault("premium", "there is no premium, and no finding declines")
        return
    if [line.get("line") for line in worksheet] != list(LINES):
        yield Fault("worksheet", f"the lines are {', '.join(LINES)}, in this order")
        return
    known: dict[str, str] = dict(_from_request(answer["request"]))
    for line in worksheet:
        yield from _check_line(line, known)
    for group in RIDER_LINES:
        absent = [line["line"] for line in worksheet if line["line"] in group and line["formula"] == "0"]
        if absent and len(absent) < len(group):
            yield Fault(absent[0], f"{', '.join(group)} stand or fall together")
    if premium != worksheet[-1]["value"] or isinstance(premium, bool):
        yield Fault("premium", f"{premium} is not the last line, {worksheet[-1]['value']}")


def _from_request(request: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What the request says about operands."""
    yield "annual_sales", str(request.get("annual_sales"))
    yield "it_sales", str(request.get("it_sales", request.get("annual_sales")))
    if "sheet" not in request:
        discount = request.get("sheet_discount", 0)
        yield "security_discount", f"{discount // 100}.{discount % 100:02d}"


def _check_line(line: Mapping[str, Any], known: dict[str, str]) -> Iterator[Fault]:
    """One line: unit, value, shape, and its operands against the lines before; notes what it says itself."""
    name, value, formula = line["line"], line["value"], line["formula"]
    unit, shapes = LINES[name]
    if type(value) is not int:
        yield Fault(name, f"{value!r} is no whole number")
        return
    if line["unit"] != unit:
        yield Fault(name, f"the unit is {unit}, not {line['unit']}")
    try:
        worked_out = work_out(formula)
        fitting = [found for shape in shapes if (found := operands(formula, shape)) is not None]
    except Unreadable as wrong:
        yield Fault(name, f"{formula}: {wrong}")
        return
    if worked_out != value:
        yield Fault(name, f"{formula} is {worked_out}, not {value}")
    if not fitting:
        yield Fault(name, f"{formula} has not the shape {shapes[-1]}")
    for operand, printed in (fitting[0] if fitting else {}).items():
        if known.setdefault(operand, printed) != printed:
            yield Fault(name, f"{operand} is {printed} here, but {known[operand]} elsewhere")
    known[name] = as_printed(value, unit)


class Company:
    """Answers seen so far, and the operands that must be the same whenever they recur."""

    def __init__(self) -> None:
        self.said: dict[tuple[Any, ...], str] = {}
        self.spans: dict[tuple[Any, str], set[tuple[int, int]]] = {}

    def check(self, answer: Mapping[str, Any]) -> list[Fault]:
        """The faults of one answer, alone and beside those before it."""
        faults = check(answer)
        if not faults and answer["premium"] is not None:
            faults = list(self._beside(answer))
        return faults

    def _beside(self, answer: Mapping[str, Any]) -> Iterator[Fault]:
        request = answer["request"]
        product = answer["product"]["hash"]
        industry, plan = request["industry"], request["plan"]
        limits = tuple(sorted(request.get("limits", {"set": request["set"]}).items()))
        riders = tuple(request["riders"])
        looked_up_by: dict[str, tuple[Any, ...]] = {
            "core_base": (industry,),
            "plan_factor": (industry, plan, riders),
            "liability_share": (),
            "expense_share": (),
            "liability_factor": limits,
            "expense_factor": limits,
            "business_income_base": (industry,),
            "business_income_factor": limits,
            "continuity_factor": riders,
            "it_base": (plan,),
            "group_discount": (),
            "minimum": (),
            "unit": (),
        }
        for line in answer["worksheet"]:
            shapes = LINES[line["line"]][1]
            found = next(found for shape in shapes if (found := operands(line["formula"], shape)) is not None)
            for operand, printed in found.items():
                if operand not in looked_up_by:
                    continue
                key = (product, operand, *looked_up_by[operand])
                if self.said.setdefault(key, printed) != printed:
                    yield Fault(line["line"], f"{operand} is {printed} here, but {self.said[key]} in another answer")
            for curve in ("", "it_"):
                if f"{curve}low" in found:
                    yield from self._on_curve((product, curve), line["line"], found)

    def _on_curve(self, curve: tuple[Any, str], line: str, found: Mapping[str, str]) -> Iterator[Fault]:
        """Rows of a curve: an amount has one factor, and no row lies between two neighbours."""
        spans = self.spans.setdefault(curve, set())
        low, high = (int(found[f"{curve[1]}{end}_at"]) for end in ("low", "high"))
        for end in ("low", "high"):
            at, factor = found[f"{curve[1]}{end}_at"], found[f"{curve[1]}{end}"]
            key = (*curve, "at", at)
            if self.said.setdefault(key, factor) != factor:
                yield Fault(line, f"at {at} the factor is {factor} here, but {self.said[key]} in another answer")
        for other_low, other_high in spans:
            if (low, high) != (other_low, other_high) and low < other_high and other_low < high:
                yield Fault(line, f"the rows {low} and {high} do not fit the rows {other_low} and {other_high}")
        spans.add((low, high))


def main(arguments: list[str]) -> int:
    """Check a file of answers and print the verdict on each."""
    if len(arguments) != 1:
        print("usage: python -m verify.premium ANSWER.json|-", file=sys.stderr)
        return 1
    try:
        raw = sys.stdin.buffer.read() if arguments[0] == "-" else Path(arguments[0]).read_bytes()
    except OSError as wrong:
        print(f"{arguments[0]}: {wrong.strerror}", file=sys.stderr)
        return 1
    try:
        text = raw.decode("utf-8")
        try:
            answers = [json.loads(text)]
        except json.JSONDecodeError:
            answers = [json.loads(line) for line in text.splitlines() if line.strip()]
    except ValueError as wrong:
        print(f"{arguments[0]}: not an answer in JSON: {wrong}", file=sys.stderr)
        return 1
    company = Company()
    bad = 0
    for number, answer in enumerate(answers, start=1):
        faults = company.check(answer)
        bad += bool(faults)
        if not faults:
            premium = answer["premium"]
            print(f"{number}: accepted, {'refused' if premium is None else f'{premium:,}'}")
        for fault in faults:
            print(f"{number}: {fault}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
