import django.db.models.deletion
import django.utils.timezone
import django_site.ids
import django_site.records
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('audits', '0001_assets'),
    ]

    operations = [
        migrations.CreateModel(
            name='RightsHolder',
            fields=[
                ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rights_holders', to='accounts.organisation')),
                ('name', models.CharField(max_length=300)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('organisation', 'name'), name='rights_holder_once')],
            },
        ),
        migrations.CreateModel(
            name='Work',
            fields=[
                ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='works', to='accounts.organisation')),
                ('rights_holder', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='works', to='corpora.rightsholder')),
                ('title', models.CharField(max_length=300)),
                ('kind', models.CharField(choices=[('film', 'Film'), ('clip', 'Video clip'), ('photograph', 'Photograph')], max_length=12)),
                ('identifiers', models.JSONField(blank=True, default=dict)),
                ('source', models.CharField(blank=True, max_length=500)),
            ],
            options={
                'ordering': ['title', 'id'],
                'indexes': [models.Index(fields=['organisation', 'title'], name='work_by_title')],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['film', 'clip', 'photograph'])), name='work_kind_known')],
            },
        ),
        migrations.CreateModel(
            name='Licence',
            fields=[
                ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('work', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='licences', to='corpora.work')),
                ('version', models.PositiveIntegerField(default=1)),
                ('spdx_id', models.CharField(blank=True, max_length=100)),
                ('terms', models.TextField(blank=True)),
                ('territories', models.JSONField(default=list)),
                ('starts', models.DateTimeField()),
                ('ends', models.DateTimeField(blank=True, null=True)),
                ('reservations', models.JSONField(blank=True, default=list)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('work', 'version'), name='licence_version_once'), models.CheckConstraint(condition=models.Q(('ends__isnull', True), ('ends__gt', models.F('starts')), _connector='OR'), name='licence_term'), models.CheckConstraint(condition=models.Q(models.Q(('spdx_id', ''), _negated=True), models.Q(('terms', ''), _negated=True), _connector='OR'), name='licence_says_something'), models.CheckConstraint(condition=models.Q(('territories', []), _negated=True), name='licence_has_territory')],
            },
        ),
        migrations.CreateModel(
            name='LicensedAct',
            fields=[
                ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('licence', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='acts', to='corpora.licence')),
                ('work', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='licensed_acts', to='corpora.work')),
                ('act', models.CharField(choices=[('match', 'Be searched for copies'), ('reference', 'Serve as a reference'), ('train', 'Train models'), ('reproduce', 'Appear in a film'), ('adapt', 'Be imitated recognisably')], max_length=12)),
                ('current', models.BooleanField(default=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('act__in', ['match', 'reference', 'train', 'reproduce', 'adapt'])), name='licensed_act_known'), models.UniqueConstraint(fields=('licence', 'act'), name='licensed_act_once'), models.UniqueConstraint(condition=models.Q(('current', True)), fields=('work', 'act'), name='one_current_licence_per_act')],
            },
        ),
        migrations.CreateModel(
            name='WorkAsset',
            fields=[
                ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('work', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='assets', to='corpora.work')),
                ('asset', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='work_assets', to='audits.asset')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('work', 'asset'), name='work_asset_once')],
            },
        ),
        migrations.CreateModel(
            name='IndexSnapshot',
            fields=[
                ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('embedder', models.CharField(max_length=100)),
                ('digest', django_site.records.Sha256Field(max_length=64)),
                ('works', models.PositiveIntegerField()),
                ('vectors', models.PositiveIntegerField()),
            ],
            options={
                'get_latest_by': 'created_at',
                'constraints': [models.CheckConstraint(condition=models.Q(('digest__regex', '^[0-9a-f]{64}$')), name='index_snapshot_digest')],
            },
        ),
    ]
