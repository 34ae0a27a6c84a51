"""From frames to what moves, how much of it, and whether somebody is there."""
