"""The acts that are more than a sound, each as a cast: who comes, what they do, what of it sounds and what is true."""
