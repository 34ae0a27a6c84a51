"""A street that can be seen and heard, with the truth beside it, for people without a pole."""
