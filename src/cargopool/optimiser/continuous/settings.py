"""What a solve in continuous time was tuned to, on the published set."""

COLUMN_CAP = 600_000
"""Columns above which the first grid is made coarser and no points are added: still a valid bound, but a weaker one."""

COLUMNS_PER_SECOND = 40_000
"""Columns of the first grid per second of the time limit: a short solve cannot work on more."""

SAMPLES = 8
"""Whole choices drawn from the relaxation's shares per round: the first takes the largest, the others are random."""

TOLERANCE = 1e-4
"""Relative accuracy of the linear relaxation when it matters."""

COARSE_SHARE = 0.1
"""While the linear bound is far from the target, this share of the distance is accurate enough."""

MIP_COLUMNS = 20_000
"""Columns up to which a mixed-integer engine is asked before branching while the bound is far from the target."""

MIP_COLUMNS_NEAR = 8_000
"""The same once it is near: there branching closes the rest sooner than an engine that must begin with more columns."""

ENGINE_RETREAT = 0.7
"""After a fruitless call the engine is asked only for this share of the columns that it failed on."""

STALL = 0.04
"""A round that closes less than this share of the distance to the target hands over to the mixed-integer engine."""

MIP_SECONDS, MIP_SHARE = 6.0, 0.08
"""Longest call of the engine for a node of the tree; share of the time limit that one for the whole may take."""

BESIDE_COLUMNS = 70_000
"""Columns up to which the engine works on the root of the tree while the tree is searched."""

BESIDE_SETTLED = 4.0
"""Seconds without a better plan before it begins: its question is about one target."""

BESIDE_SHARE = 0.4
"""Part of the time left that it has at first; all the rest where that was worthwhile: its cuts work, or do not."""

WORTHWHILE = 0.2
"""Part of the distance to the target that a call must close to be repeated with twice the time."""

FAR = 0.02
"""Relative distance to the target beyond which the relaxation is too weak to branch on, and engines have cuts."""

EAGER_COLUMNS = 10_000
"""Columns up to which the engine is asked before rounding has stopped to teach: whole choices teach fewer, better
points."""

RESTART_STEPS, RESTART_GROWTH = 30_000, 1.25
"""Steps of the first search before another seed starts, and how much longer each next one may go on."""

SEED_STRIDE = 1_000
"""Distance between the seeds of a solve's searches."""

GUIDES = (0.0, 0.3, 1.0)
"""Weights of the relaxation's regrets in the searches, in turn."""

REGRET_CAP = 0.01
"""Largest regret of a path, as a share of the bound."""

WORK_SEARCH = 5_000
"""Steps of the search per unit of work."""

WORK_NODES = 200
"""Nodes of the engine per unit of work."""

COVERS_WORTHWHILE = 0.1
"""Part of the distance to the target that the last covers must have led to for more to be looked for."""

COVERS_NEAR = 1e-4
"""Relative distance to the target that is left to branching."""

COVERS_SECONDS, COVERS_SHARE = 4.0, 0.1
"""Longest search for covers at a time; share of the time limit that it may take."""
