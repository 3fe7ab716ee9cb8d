"""Discourse forums: saved topics, and live sites."""
