"""E-mail and document automation for a municipal control centre (МЦУ)."""
