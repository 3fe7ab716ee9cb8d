"""Wikis that export pages: Confluence and Notion."""
