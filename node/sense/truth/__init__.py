"""Whether the sensor tells the truth: a dead microphone is not a quiet street."""
