"""Row triggers do not see TRUNCATE: it would empty an append-only table without a word. This function refuses it, for the
triggers of whichever room has such a table.

Tests empty their database by TRUNCATE after each test with real commits. A database for tests is known by its name: Django
calls it test_…, and a database in use cannot be renamed. The obvious alternative, a setting that tests switch on, could be
switched on in the same breath by whoever sends the TRUNCATE; a trigger that tests drop would not be the one that is tested.
Whoever owns the tables can still drop them: `tongban verify` and the seals find that."""

from django.db import migrations

REFUSE_TRUNCATE = """
create function refuse_truncate() returns trigger language plpgsql as $$
begin
  if current_database() not like 'test\\_%' then
    raise exception '% is append-only and is never emptied', tg_table_name using errcode = 'restrict_violation';
  end if;
  return null;
end $$;
"""


class Migration(migrations.Migration):
    dependencies = [("plumbing", "0003_done_by_age")]
    operations = [migrations.RunSQL(REFUSE_TRUNCATE, "drop function refuse_truncate() cascade")]
