"""Django's database backend for PostgreSQL, with a pool that is well again as soon as its server is."""
