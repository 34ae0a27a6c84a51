"""Process 2: it holds the network and has no devices. Gate, outbox, and the session with the broker."""
