"""The models that ship with the node, what each is for, and how each was made. `manifest.toml` is the only list."""
