"""How every page of ours answers."""
