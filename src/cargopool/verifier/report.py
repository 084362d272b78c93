"""What the verifier gives back."""

from __future__ import annotations

from dataclasses import dataclass, field

from cargopool.verifier.codes import CODES


@dataclass(frozen=True, slots=True)
class Violation:
    """One rule that a plan breaks.

    Attributes
    ----------
    code : str
        Stable identifier such as ``V150``; docs/verifier.md explains each.
    message : str
        What is wrong, with the numbers, in one line of plain text.
    where : str
        Object path in the plan or the scenario, such as ``moves[m3].hand_in_min``.
    """

    code: str
    message: str
    where: str

    def __str__(self) -> str:
        return f"{self.where}: violation[{self.code}] {self.message}"


@dataclass(frozen=True, slots=True)
class Report:
    """All violations of a plan, in the order of the checks."""

    violations: tuple[Violation, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the plan breaks no rule."""
        return not self.violations

    @property
    def codes(self) -> frozenset[str]:
        """The codes among the violations."""
        return frozenset(violation.code for violation in self.violations)


@dataclass(slots=True)
class Findings:
    """Collects violations."""

    found: list[Violation] = field(default_factory=list)

    def add(self, code: str, where: str, message: str) -> None:
        """Note a violation; the message starts with the meaning of the code."""
        text = f"{CODES[code]}: {message}" if message else CODES[code]
        self.found.append(Violation(code, text, where))

    def report(self) -> Report:
        """The violations, each once."""
        return Report(tuple(dict.fromkeys(self.found)))
