"""What a check constraint can't refuse: see django_site/triggers.py."""

from django.db import migrations

from django_site.triggers import append_only, refuse


class Migration(migrations.Migration):
    dependencies = [
        ("productions", "0001_initial"),
    ]

    operations = [
        *append_only("productions_generationrecord", what="a generation record"),
        *append_only("productions_contribution", what="a contribution"),
        refuse(
            "productions_take_keeps_its_record",
            table="productions_take",
            on="UPDATE",
            when="NEW.generation_id <> OLD.generation_id OR (OLD.asset_id IS NOT NULL "
            "AND NEW.asset_id IS DISTINCT FROM OLD.asset_id)",
            message="a take keeps its generation record and its picture: render another take",
        ),
        *[
            refuse(
                f"productions_cutitem_within_take_{event.lower()}",
                table="productions_cutitem",
                on=event,
                when="NOT EXISTS (SELECT 1 FROM productions_take t WHERE t.id = NEW.take_id "
                "AND t.duration IS NOT NULL AND NEW.take_out <= t.duration)",
                message="a cut item lies within its take",
            )
            for event in ("INSERT", "UPDATE")
        ],
    ]
