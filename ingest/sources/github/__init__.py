"""GitHub: issues, pull requests and discussions, saved or live."""
