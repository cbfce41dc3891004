"""More of what people do, what was measured of it, and corrections that are appended."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from django_site.triggers import TriggersAside, refuse

ACTS = [
    ('wrote', 'Wrote'), ('edited', 'Edited'), ('directed', 'Directed'), ('planned', 'Planned'), ('rendered', 'Rendered'),
    ('selected', 'Selected'), ('rejected', 'Rejected'), ('replaced', 'Replaced'), ('arranged', 'Arranged'),
    ('trimmed', 'Trimmed'), ('composed', 'Composed'), ('performed', 'Performed'), ('designed', 'Designed'),
    ('other', 'Did something else'),
]


class Migration(migrations.Migration):

    dependencies = [
        ('productions', '0005_declarations'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        TriggersAside([
            migrations.RemoveConstraint(model_name='contribution', name='contribution_act_known'),
            migrations.RemoveConstraint(model_name='contribution', name='contribution_target_known'),
            migrations.AddField(
                model_name='contribution',
                name='corrects',
                field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='corrected_by', to='productions.contribution'),
            ),
            migrations.AddField(
                model_name='contribution',
                name='credited',
                field=models.CharField(blank=True, max_length=200),
            ),
            migrations.AddField(
                model_name='contribution',
                name='measure',
                field=models.JSONField(blank=True, default=dict),
            ),
            migrations.AddField(
                model_name='contribution',
                name='reason',
                field=models.TextField(blank=True),
            ),
            migrations.AddField(
                model_name='contribution',
                name='recorded_by',
                field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
            ),
            migrations.AddField(
                model_name='contribution',
                name='void',
                field=models.BooleanField(default=False),
            ),
            migrations.AlterField(
                model_name='contribution',
                name='act',
                field=models.CharField(choices=ACTS, max_length=10),
            ),
            migrations.AddIndex(
                model_name='contribution',
                index=models.Index(fields=['production', 'created_at', 'id'], name='contribution_by_production'),
            ),
            migrations.AddConstraint(
                model_name='contribution',
                constraint=models.CheckConstraint(condition=models.Q(('act__in', [act for act, _ in ACTS])), name='contribution_act_known'),
            ),
            migrations.AddConstraint(
                model_name='contribution',
                constraint=models.CheckConstraint(condition=models.Q(('target_kind__in', ['production', 'screenplay', 'shot', 'take', 'cut'])), name='contribution_target_known'),
            ),
            migrations.AddConstraint(
                model_name='contribution',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('corrects__isnull', True), ('reason', ''), ('void', False)), models.Q(('corrects__isnull', False), ('recorded_by__isnull', False), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='contribution_corrected_for_a_reason'),
            ),
            migrations.AddConstraint(
                model_name='contribution',
                constraint=models.CheckConstraint(condition=models.Q(('credited', ''), ('recorded_by__isnull', False), _connector='OR'), name='contribution_credited_by_hand'),
            ),
            migrations.AddConstraint(
                model_name='contribution',
                constraint=models.CheckConstraint(condition=models.Q(('recorded_by__isnull', True), models.Q(('note', ''), _negated=True), ('corrects__isnull', False), _connector='OR'), name='contribution_by_hand_says_what'),
            ),
        ]),
        refuse(
            'productions_contribution_corrects_its_own',
            table='productions_contribution',
            on='INSERT',
            when='NEW.corrects_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM productions_contribution c '
            'WHERE c.id = NEW.corrects_id AND c.production_id = NEW.production_id AND c.target_id = NEW.target_id)',
            message='a correction is about what it corrects: the same production and the same thing',
        ),
    ]
