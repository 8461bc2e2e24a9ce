"""Workers through the API, one module for each kind of address."""
