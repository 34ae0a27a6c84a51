"""The edge of the line: devices and files on one side, frames and blocks of sound on the other."""
