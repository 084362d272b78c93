"""The independent verifier: reads scenario and plan, and nothing of how the plan was made."""

from cargopool.verifier.check import verify
from cargopool.verifier.codes import CODES
from cargopool.verifier.report import Report, Violation

__all__ = ["CODES", "Report", "Violation", "verify"]
