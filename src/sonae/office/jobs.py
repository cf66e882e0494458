"""Work that waits for no one: queued in the transaction that wants it, done by the worker.

A job may be run again after a kill, so each is written to be repeatable; and it carries the reach it acts in.
"""

from __future__ import annotations

from django.db import transaction
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Status

from . import idempotency, walls


@app.periodic(cron="*/5 * * * *")
@app.task(queueing_lock="retry_stalled", pass_context=True)
async def retry_stalled(context: JobContext, timestamp: int) -> None:
    """Puts jobs whose worker was killed back into the queue; where the same work waits there already, it ends them."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs():
        try:
            await manager.retry_job(job)
        except UniqueViolation:  # of a queueing lock: somebody has asked again meanwhile
            await manager.finish_job(job, Status.ABORTED, delete_job=False)


@app.periodic(cron="20 3 * * *")
@app.task(queueing_lock="prune_idempotency", retry=RetryStrategy(max_attempts=3, wait=60))
def prune_idempotency(timestamp: int) -> int:
    """Drops answers kept for retries once their 30 days are over."""
    with transaction.atomic():
        walls.enter(reach="all")
        return idempotency.prune()
