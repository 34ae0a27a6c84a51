"""What `polewatch-sim` can do, a file for each of its kinds of command. Each loads what it needs when it is called."""
