"""Pure rules: each `check_…` raises the reason, its twin says whether."""
