"""What can be brought in from spreadsheets: each kind is declared once, and every door reads the declaration."""
