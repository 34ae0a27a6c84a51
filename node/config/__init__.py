"""Every setting declared once: type, unit, range, default and what it does."""
