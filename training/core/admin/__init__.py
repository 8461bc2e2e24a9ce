"""What every page of Django Admin has in common."""
