"""What a pole's machine needs around the program: profiles per hardware, broker, sound card, device names, set-up.

`profiles/` is read by the program; the rest is for `/etc` (docs/operations.md says where each file goes).
"""
