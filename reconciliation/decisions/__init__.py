"""What only a person can decide: the night's questions, the answers they take, and what earlier answers lead to."""
