"""What a check constraint can't refuse: see django_site/triggers.py."""

from django.db import migrations

from django_site.triggers import refuse


class Migration(migrations.Migration):
    dependencies = [("corpora", "0001_works")]

    operations = [
        *[
            refuse(
                f"corpora_licensedact_same_work_{event.lower()}",
                table="corpora_licensedact",
                on=event,
                when="NOT EXISTS (SELECT 1 FROM corpora_licence l WHERE l.id = NEW.licence_id AND l.work_id = NEW.work_id)",
                message="a licensed act belongs to the work of its licence",
            )
            for event in ("INSERT", "UPDATE")
        ],
    ]
