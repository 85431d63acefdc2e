"""The page where an invited person hands in a key: its sources, and what makes one file of them."""
