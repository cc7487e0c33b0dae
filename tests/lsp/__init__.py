"""Conversations with the real server process."""
