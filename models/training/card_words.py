"""What the cards say in words."""

from __future__ import annotations

COMMAND = "python -m models.training.train --sounds ../shared/data/audio --out models"
CLOSE = {
    "small": {"gunshot": 0.75, "siren": 0.75, "horn_or_alarm": 0.75, "explosion": 0.60, "scream": 0.30, "mean": 0.64},
    "large": {"scream": 0.65, "siren": 0.90, "mean": 0.77},
}
"""What each model has to reach on sources that it never met: average precision, mean of three seeds or more."""
WHAT = {
    "small": """
{nets} networks of six 3x3 convolutions in one file ({weights} weights, {kilobytes} kB) that give the probability of
eight sounds in one second. They hear log-mel levels without their gain (`node/sense/audio/logmel.py`) and are shipped
with the node.""",
    "large": """
{nets} heads of two layers beside YAMNet's own rows for our classes ({weights} weights, {kilobytes} kB), on the
embedding of YAMNet (Apache-2.0), which the operator imports (`python -m models.training.import_yamnet`): the
probability of eight sounds in one second. The rest of YAMNet is not part of this project.""",
}
SHIPPED = {
    "small": "the mean of these four nets, three of which learnt from each source",
    "large": "the mean of heads that learnt from all folds",
}
TAUGHT = {
    "small": """The nets learnt from facts and from a teacher: the large model, fitted without the sounds that it was
asked about and without those that its pupil is judged on.""",
    "large": """YAMNet's own rows (of {rows} AudioSet classes, the likeliest of each group) count 0.7 beside the
heads: set on three folds, by the recordings left out. On held-out recordings a head alone has a mean average precision
of {heads:.3f}, the rows alone {alone:.3f}, both together {both:.3f}.""",
}
BANKS = {
    "held-out": "recordings that the net did not learn from: four nets, each without another quarter of the sources",
    "synthetic": "synthesis of other seeds",
    "non-commercial": "UrbanSound8K, non-commercial: judged on, never trained or tuned on",
}
LIMITS = """## What it must not be used for

- As the only ground for sending somebody, or for any decision about a person. It says that a second sounded like
  something; a second stage (repetition, level, the site's own background) and a human decide.
- To tell people or voices apart, or what is said. It cannot, and is not to be retrained for it.
- To tell a single firework from a shot: in one second they are the same. See the confusions.
- On sound that was not recorded at 8 kHz bandwidth or more, or behind a gate that cuts silences out.
"""
