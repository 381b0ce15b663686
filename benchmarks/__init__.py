"""What is claimed about speed, memory and foresight, measured beside a peer or a limit in the same run."""
