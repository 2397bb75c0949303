"""Alembic finds its steps here; a package, so that an installed copy has them too."""
