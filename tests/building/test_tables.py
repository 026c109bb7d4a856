"""Tables stay in their rooms: no foreign key leaves its app, what must never change cannot, migrations are complete."""

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection

OURS = [a for a in apps.get_app_configs() if a.name.startswith("tongban.")]


def test_no_foreign_key_leaves_its_app() -> None:
    leaving = []
    for app in OURS:
        for model in app.get_models():
            for field in model._meta.get_fields():
                other = getattr(field, "related_model", None)
                if (
                    field.is_relation
                    and not field.auto_created
                    and other is not None
                    and other._meta.app_label != app.label
                ):
                    leaving.append(f"{model._meta.label}.{field.name} -> {other._meta.label}")
    # The framework's own account tables stand beside the staff register; nothing of ours points across.
    assert [x for x in leaving if "auth." not in x] == [], f"codes between registers, keys inside: {leaving}"


@pytest.mark.django_db
def test_the_database_agrees() -> None:
    """Keys that a migration wrote by hand are found here."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select c.conrelid::regclass::text, c.confrelid::regclass::text from pg_constraint c "
            "join pg_namespace n on n.oid = c.connamespace where c.contype = 'f' and n.nspname = 'public'"
        )
        keys = cursor.fetchall()
    foreign = [
        k
        for k in keys
        if k[0].split("_")[0] != k[1].split("_")[0] and not k[0].startswith(("django_", "auth_")) and "auth" not in k[1]
    ]
    assert not foreign, foreign


@pytest.mark.django_db
def test_migrations_are_complete() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=1)


# Tables whose rows are written once, and what would be lost if one could be changed.
WRITTEN_ONCE = {
    "audit_line": "who did and saw what",
    "audit_seal": "that the lines are whole",
    "cases_fact": "the case itself",
    "catalog_publication": "which catalog held when",
    "catalog_item_version": "under which law a case was received",
}


@pytest.mark.django_db
@pytest.mark.parametrize("table", WRITTEN_ONCE)
def test_what_is_written_once_is_guarded_in_the_database(table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "select bool_or((tgtype & 8) <> 0), bool_or((tgtype & 16) <> 0) from pg_trigger "
            "where tgrelid = %s::regclass and not tgisinternal and (tgtype & 2) <> 0",
            [table],
        )
        delete, update = cursor.fetchone()
    assert delete and update, f"{table}: no trigger refuses update and delete ({WRITTEN_ONCE[table]})"


@pytest.mark.django_db
def test_models_know_their_tables() -> None:
    """Every table of ours begins with the name of its room, so a query says whose it reads."""
    wrong = [
        f"{m._meta.label}: {m._meta.db_table}"
        for app in OURS
        for m in app.get_models()
        if not m._meta.db_table.startswith(f"{app.label}_")
    ]
    assert not wrong, wrong
