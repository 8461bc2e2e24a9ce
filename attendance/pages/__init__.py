"""What a screen shows: sentences, links, order."""
