"""The page by which anybody verifies an audit pack, offline (T5): its sources, and how they become one file."""
