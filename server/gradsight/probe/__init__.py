"""Running the user's program on real PyTorch, on command, in a process of its own, and telling what happened."""
