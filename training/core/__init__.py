"""The ground that all apps stand on; it knows no model of theirs."""
