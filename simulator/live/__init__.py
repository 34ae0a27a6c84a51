"""A node in real time with a private broker: the demo, its picture in the terminal, and the processes behind it."""
