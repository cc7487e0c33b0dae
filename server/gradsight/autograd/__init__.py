"""The model of autograd: the vocabulary of events, the trace they form, and what is known of each op."""
