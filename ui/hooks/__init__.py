"""Chats ask Copse: the slash command of Slack, and the outgoing webhook of Teams."""
