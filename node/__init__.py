"""The software of one pole: it senses, and it tells that something happened, never who was there."""

__version__ = "0.1.0"
