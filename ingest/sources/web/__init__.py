"""The web: feeds, sitemaps and single pages."""
