"""The site that tests make."""

from uuid import UUID

IDENTITY = UUID("5173beef-0000-4000-8000-000000000001")
