"""What a table means: where it begins, what its columns are, and what stands in its cells (I3, I4). Pure rules."""
