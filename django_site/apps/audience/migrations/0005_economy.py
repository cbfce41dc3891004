"""What is assumed of the economy of productions, and what people enter of it."""

import django.db.models.deletion
import django.utils.timezone
import django_site.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('audience', '0004_variants'),
        ('productions', '0014_looks'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CostEntry',
            fields=[
                ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('kind', models.CharField(choices=[('hours', 'Hours worked'), ('expense', 'Paid for something')], max_length=8)),
                ('day', models.DateField()),
                ('person', models.CharField(blank=True, max_length=200)),
                ('role', models.CharField(blank=True, max_length=40)),
                ('what', models.CharField(max_length=300)),
                ('hours', models.DecimalField(blank=True, decimal_places=2, max_digits=7, null=True)),
                ('amount', models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True)),
                ('currency', models.CharField(blank=True, max_length=3)),
                ('struck_at', models.DateTimeField(null=True)),
                ('struck_because', models.CharField(blank=True, max_length=300)),
                ('entered_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('production', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='cost_entries', to='productions.production')),
                ('struck_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['day', 'created_at'],
                'indexes': [models.Index(fields=['production', 'day'], name='cost_by_production')],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['hours', 'expense'])), name='cost_kind_known'), models.CheckConstraint(condition=models.Q(models.Q(('hours__gt', 0), ('hours__isnull', False), ('kind', 'hours'), models.Q(('person', ''), _negated=True)), models.Q(('amount__isnull', False), ('hours__isnull', True), ('kind', 'expense')), _connector='OR'), name='cost_entry_says_how_much'), models.CheckConstraint(condition=models.Q(models.Q(('amount__isnull', True), ('currency', '')), models.Q(('amount__gte', 0), ('amount__isnull', False), ('currency__regex', '^[A-Z]{3}$')), _connector='OR'), name='cost_amount_has_currency'), models.CheckConstraint(condition=models.Q(('what', ''), _negated=True), name='cost_entry_says_what'), models.CheckConstraint(condition=models.Q(models.Q(('struck_at__isnull', True), ('struck_because', ''), ('struck_by__isnull', True)), models.Q(('struck_at__isnull', False), ('struck_by__isnull', False), models.Q(('struck_because', ''), _negated=True)), _connector='OR'), name='cost_struck_for_a_reason')],
            },
        ),
        migrations.CreateModel(
            name='EconomyPlan',
            fields=[
                ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('version', models.PositiveIntegerField()),
                ('assumptions', models.JSONField()),
                ('production', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='economy_plans', to='productions.production')),
                ('set_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['production', 'version'],
                'constraints': [models.UniqueConstraint(fields=('production', 'version'), name='economy_plan_version_once'), models.CheckConstraint(condition=models.Q(models.Q(('assumptions', {}), _negated=True), ('version__gte', 1)), name='economy_plan_assumes')],
            },
        ),
    ]
