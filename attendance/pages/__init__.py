"""What a screen shows: its sentences, its links and the order of its rows. What is true is asked of the selectors."""
