"""From samples to levels, and from levels to the spike."""
