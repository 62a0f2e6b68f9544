"""What a category needs is seen by whoever sees the category; all else is the desk's own and belongs to no client."""

from django.db import migrations

from olmo.tenancy.rowsecurity import of_parent


class Migration(migrations.Migration):
    dependencies = [("staffing", "0001_tables")]
    operations = [of_parent("staffing_need", "tickets_category", "category_id")]
