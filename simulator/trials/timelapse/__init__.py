"""Weeks of a pole in minutes: what the node's detectors see, hop by hop, without samples or pixels."""
