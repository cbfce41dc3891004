"""What a check constraint can't refuse: see django_site/triggers.py."""

from django.db import migrations

from django_site.triggers import append_only, refuse


class Migration(migrations.Migration):
    dependencies = [("productions", "0003_looks_of_models")]

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
        refuse(
            "productions_contribution_corrects_its_own",
            table="productions_contribution",
            on="INSERT",
            when="NEW.corrects_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM productions_contribution c "
            "WHERE c.id = NEW.corrects_id AND c.production_id = NEW.production_id AND c.target_id = NEW.target_id)",
            message="a correction is about what it corrects: the same production and the same thing",
        ),
    ]
