"""Trailers and captions of released films; a trailer is handed out on its own decision."""

from django.conf import settings
from django.db import migrations, models

from django_site.triggers import TriggersAside, refuse


class Migration(migrations.Migration):

    dependencies = [
        ('audits', '0011_outputs'),
        ('jobs', '0008_write_screenplay'),
        ('provenance', '0021_binder_credentials'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        TriggersAside(
            [
        migrations.RemoveConstraint(
            model_name='output',
            name='output_kind_known',
        ),
        migrations.AddField(
            model_name='output',
            name='contents',
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AlterField(
            model_name='output',
            name='kind',
            field=models.CharField(choices=[('trailer', 'Trailer'), ('still', 'Still'), ('storyboard', 'Contact sheet'), ('captions', 'Captions'), ('descriptions', 'Description track'), ('stream', 'Package for streaming')], max_length=14),
        ),
        migrations.AddConstraint(
            model_name='output',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['trailer', 'still', 'storyboard', 'captions', 'descriptions', 'stream'])), name='output_kind_known'),
        ),
            ]
        ),
        refuse(
            "provenance_output_trailer_decided",
            table="provenance_output",
            on="UPDATE",
            when="NEW.kind = 'trailer' AND NEW.manifest_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM audits_decision d "
            "WHERE d.output_id = NEW.id AND d.outcome <> 'block' AND d.audit_id IS NOT NULL)",
            message="a trailer is handed out only on a decision of its own that does not stop it",
        ),
    ]
