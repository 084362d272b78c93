"""One run from inputs to a run folder."""
