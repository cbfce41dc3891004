"""Every kind of finding, and false alarms that stay quiet: lifted perhaps, never changed."""

import django.db.models.deletion
import django.utils.timezone
import django_site.ids
from django.conf import settings
from django.db import migrations, models

from django_site.triggers import TriggersAside, append_only, refuse


class Migration(migrations.Migration):

    dependencies = [
        ('audits', '0003_refusals'),
        ('corpora', '0003_withdrawal'),
        ('likeness', '0002_refusals'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        TriggersAside(
            [
                migrations.RemoveConstraint(
                    model_name='finding',
                    name='finding_kind_known',
                ),
                migrations.RemoveConstraint(
                    model_name='finding',
                    name='finding_resembles_its_kind',
                ),
                migrations.AddField(
                    model_name='finding',
                    name='matrix',
                    field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='audits.asset'),
                ),
                migrations.AddField(
                    model_name='finding',
                    name='measured',
                    field=models.JSONField(default=dict),
                ),
                migrations.AddField(
                    model_name='finding',
                    name='reversed',
                    field=models.BooleanField(default=False),
                ),
                migrations.AlterField(
                    model_name='finding',
                    name='kind',
                    field=models.CharField(choices=[('copy', 'Copy of a work'), ('scene', 'Same scene as a work'), ('style', 'Style of a work'), ('semantic', 'Same content as a work'), ('audio', 'Sound of a work'), ('text', 'Words of a work'), ('face', 'Registered person')], max_length=10),
                ),
                migrations.AddConstraint(
                    model_name='finding',
                    constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['copy', 'scene', 'style', 'semantic', 'audio', 'text', 'face'])), name='finding_kind_known'),
                ),
                migrations.AddConstraint(
                    model_name='finding',
                    constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'face'), ('work__isnull', True)), models.Q(('kind__in', ['copy', 'scene', 'style', 'semantic', 'audio', 'text']), ('work__isnull', False)), _connector='OR'), name='finding_resembles_its_kind'),
                ),
                migrations.AddConstraint(
                    model_name='finding',
                    constraint=models.CheckConstraint(condition=models.Q(('speed__gt', 0)), name='finding_speed'),
                ),
            ]
        ),
        migrations.CreateModel(
            name='Confirmation',
            fields=[
                ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                'ordering': ['created_at'],
            },
        ),
        migrations.CreateModel(
            name='Dismissal',
            fields=[
                ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('reason', models.TextField()),
                ('embedder', models.JSONField()),
                ('frames', models.JSONField()),
                ('lifted_at', models.DateTimeField(null=True)),
                ('lift_reason', models.TextField(blank=True)),
            ],
            options={
                'ordering': ['created_at'],
            },
        ),
        migrations.AddField(
            model_name='confirmation',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='confirmation',
            name='finding',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='confirmations', to='audits.finding'),
        ),
        migrations.AddField(
            model_name='dismissal',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='dismissal',
            name='finding',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='dismissals', to='audits.finding'),
        ),
        migrations.AddField(
            model_name='dismissal',
            name='lifted_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='audit',
            name='dismissals',
            field=models.ManyToManyField(related_name='audits', to='audits.dismissal'),
        ),
        migrations.AddConstraint(
            model_name='confirmation',
            constraint=models.UniqueConstraint(fields=('finding', 'by'), name='confirmation_once_a_person'),
        ),
        migrations.AddConstraint(
            model_name='dismissal',
            constraint=models.UniqueConstraint(condition=models.Q(('lifted_at__isnull', True)), fields=('finding',), name='one_dismissal_in_force_a_finding'),
        ),
        migrations.AddConstraint(
            model_name='dismissal',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='dismissal_has_reason'),
        ),
        migrations.AddConstraint(
            model_name='dismissal',
            constraint=models.CheckConstraint(condition=models.Q(('frames', []), _negated=True), name='dismissal_knows_it_by_something'),
        ),
        migrations.AddConstraint(
            model_name='dismissal',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('lift_reason', ''), ('lifted_at__isnull', True), ('lifted_by__isnull', True)), models.Q(('lifted_at__isnull', False), ('lifted_by__isnull', False), models.Q(('lift_reason', ''), _negated=True)), _connector='OR'), name='dismissal_lifted_by_somebody_for_a_reason'),
        ),
        refuse(
            "audits_dismissal_stays_as_it_is",
            table="audits_dismissal",
            on="UPDATE",
            when="OLD.lifted_at IS NOT NULL OR NEW.finding_id <> OLD.finding_id OR NEW.by_id <> OLD.by_id "
            "OR NEW.reason <> OLD.reason OR NEW.frames <> OLD.frames OR NEW.created_at <> OLD.created_at",
            message="a dismissal can not be changed, only be lifted, once",
        ),
        refuse(
            "audits_dismissal_no_delete",
            table="audits_dismissal",
            on="DELETE",
            message="a dismissal can not be deleted: lift it",
        ),
        refuse(
            "audits_dismissal_four_eyes",
            table="audits_dismissal",
            on="INSERT",
            when="EXISTS (SELECT 1 FROM audits_finding f JOIN audits_audit a ON a.id = f.audit_id "
            "JOIN productions_production p ON p.id = a.production_id WHERE f.id = NEW.finding_id "
            "AND (p.created_by_id = NEW.by_id OR EXISTS (SELECT 1 FROM productions_contribution c "
            "WHERE c.production_id = p.id AND c.actor_id = NEW.by_id)))",
            message="whoever worked on a film can not dismiss what was found in it",
        ),
        *append_only("audits_confirmation", what="a confirmation"),
    ]
