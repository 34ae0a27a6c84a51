"""The street's microphone and camera behind the node's own ports, sound and broken."""
