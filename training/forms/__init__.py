"""Forms: they parse what was typed and hand it to services; one file for each family of pages."""
