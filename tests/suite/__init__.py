"""How the suite runs: what a test needs, what runs side by side, what is tried again."""
