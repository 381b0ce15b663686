"""What is claimed about speed, memory and foresight, measured beside a peer or a limit in the same run."""

import os

# What is measured has its bytecode beside it, as where it is installed; without, each start of ours would compile it again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
