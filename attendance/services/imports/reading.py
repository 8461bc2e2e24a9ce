"""Reading the files of an import: what is in them, and what it seems to mean (I2, I3)."""
