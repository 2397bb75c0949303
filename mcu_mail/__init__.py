"""E-mail and document automation for a municipal control centre (муниципальный центр управления)."""
