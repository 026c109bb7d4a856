"""What is published stays as it is: the database itself refuses to change or delete a publication or a version."""

from django.db import migrations

APPEND_ONLY = """
create function catalog_append_only() returns trigger language plpgsql as $$
begin
  raise exception 'the catalog is append-only: publish a new version instead (%)', tg_table_name
    using errcode = 'restrict_violation';
end $$;
create trigger append_only before update or delete on catalog_publication
  for each row execute function catalog_append_only();
create trigger append_only before update or delete on catalog_item_version
  for each row execute function catalog_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0001_initial")]
    operations = [migrations.RunSQL(APPEND_ONLY, "drop function catalog_append_only() cascade")]
