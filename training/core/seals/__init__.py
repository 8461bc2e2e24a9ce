"""What proves that rows are as they were sealed: the tree of all seals and its signed checkpoints (T1 to T4)."""
