"""Backup of database and evidence into one place outside, and restore from it into an empty one (B1)."""
