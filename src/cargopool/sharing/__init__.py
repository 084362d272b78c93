"""What pooling saves: comparisons with planning alone."""

from cargopool.sharing.baselines import Baseline, Baselines, compute

__all__ = ["Baseline", "Baselines", "compute"]
