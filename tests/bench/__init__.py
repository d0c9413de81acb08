"""What a poll costs, beside what it could cost and what it costs elsewhere."""
