"""The base of all pages of Django Admin."""
