"""What all pages share: answers, forms, fields and headers."""
