"""Process 1: it holds the camera and the microphone, has no network, and writes no file."""
