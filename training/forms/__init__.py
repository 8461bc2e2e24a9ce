"""What is typed, checked and handed to a service; one file a family of pages."""
