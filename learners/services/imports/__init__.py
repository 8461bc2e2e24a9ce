"""What the imports of this app check and write, kind by kind (I1)."""
