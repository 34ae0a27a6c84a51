"""Gives memory that is no longer used back to the kernel, which hands out none that still holds anything."""

from __future__ import annotations

import ctypes
import gc


def give_back() -> bool:
    """Frees what nobody refers to any more, and gives whole free pages back. False where the C library cannot."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc's
    if trim is None:
        return False
    trim(0)
    return True
