"""From observations to incidents: when one begins, when it ends, and why we think so."""
