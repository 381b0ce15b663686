"""Settings of the Celery workers; `dagster_celery.app` reads this module when it is on PYTHONPATH."""

import os

broker_url = os.environ["KOBOSYNC_BROKER_URL"]
result_backend = os.environ["KOBOSYNC_BROKER_URL"]
# A night is one long task: none may wait behind another while a worker is idle.
worker_prefetch_multiplier = 1
# Without this a busy worker takes a second night in hand, and that one is lost from sight for an hour when the worker dies.
worker_disable_prefetch = True
# Never handed out twice by the queue: a night that died is begun anew by Dagster's run monitoring, which knows its state.
task_acks_late = False
