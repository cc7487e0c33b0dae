"""Gradsight shows PyTorch users where their gradients stop."""

__version__ = "0.1.0"
