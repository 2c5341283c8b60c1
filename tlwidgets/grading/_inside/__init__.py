"""What runs inside the sandbox, and nothing else: no module here knows a hidden test or an expected value."""
