"""A package of its own: an installed library brings a top-level `tests` too."""
