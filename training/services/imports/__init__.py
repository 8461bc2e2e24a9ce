"""Moving in (I1 to I8): a file is read, columns and values are agreed on, rows are checked, then brought in."""
