"""The worker process: gives every row of flows/jobs.py to Procrastinate, which keeps its queue in the same PostgreSQL."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongban.config.settings.embedded")


def main() -> None:
    """Run until SIGTERM; jobs in hand are finished first."""
    import django

    django.setup()
    from django.db import InterfaceError, OperationalError, close_old_connections
    from procrastinate import RetryStrategy
    from procrastinate.contrib.django import app

    from tongban.flows.jobs import DEFERRED, TIMED, Deferred, Timed
    from tongban.plumbing import clock
    from tongban.plumbing.jobs import TryAgain

    def register(timed: Timed) -> None:
        @app.periodic(cron=timed.cron)
        @app.task(name=f"tongban.{timed.name}", queueing_lock=timed.name)
        def run(timestamp: int) -> None:
            close_old_connections()
            timed.work(clock.now())

    def register_deferred(deferred: Deferred) -> None:
        # About a week of trying, each pause twice the one before; a transaction that met another one is simply done again. What failed
        # for good stays in the queue's table, and `tongban doctor` counts it.
        again = RetryStrategy(
            max_attempts=19, exponential_wait=2, retry_exceptions={TryAgain, OperationalError, InterfaceError}
        )

        @app.task(name=f"tongban.{deferred.name}", retry=again)
        def run(number: str, n: int) -> None:
            close_old_connections()
            deferred.work(number, n, clock.now())

    for timed in TIMED:
        register(timed)
    for deferred in DEFERRED:
        register_deferred(deferred)
    worker = app.with_connector(app.connector.get_worker_connector())  # type: ignore[attr-defined]
    # What succeeded is written down as an act; its job would only make the queue longer, by 1,500 rows a day from time alone.
    worker.run_worker(concurrency=2, install_signal_handlers=True, listen_notify=True, delete_jobs="successful")


if __name__ == "__main__":
    main()
