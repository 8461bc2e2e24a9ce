"""Django's database backend for PostgreSQL, with a pool that recovers as soon as its server does."""
