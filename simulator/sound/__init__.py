"""What the street sounds like: sources in Pa at 1 m, the way to the pole, and the microphone there."""
