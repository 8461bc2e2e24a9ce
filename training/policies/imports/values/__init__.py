"""What stands in a cell: days, badges, names, numbers, spans, marks (I4)."""
