"""Mailing lists: mailboxes and maildirs."""
