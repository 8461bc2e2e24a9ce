"""What of the site is sealed, and how it is proved that nothing of it was changed since (T1, T4)."""
