"""What runs inside the box, and nothing else: no module here knows a hidden test or an expected value."""
