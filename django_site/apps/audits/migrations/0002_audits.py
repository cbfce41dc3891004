import django.db.models.deletion
import django.utils.timezone
import django_site.ids
import django_site.records
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('audits', '0001_assets'),
        ('corpora', '0001_initial'),
        ('jobs', '0001_initial'),
        ('likeness', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Audit',
            fields=[
                ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('asset', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='audits', to='audits.asset')),
                ('production', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='audits', to='productions.production')),
                ('take', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='audits', to='productions.take')),
                ('cut', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='audits', to='productions.cut')),
                ('imported', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='audits', to='productions.importedmedia')),
                ('job', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='audit', to='jobs.job')),
                ('index_snapshot', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='audits', to='corpora.indexsnapshot')),
                ('gallery_sha256', django_site.records.Sha256Field(max_length=64)),
                ('state', models.CharField(choices=[('complete', 'Complete'), ('incomplete', 'Incomplete')], max_length=10)),
                ('detectors', models.JSONField(default=list)),
                ('report', models.JSONField(default=dict)),
                ('report_sha256', django_site.records.Sha256Field(max_length=64)),
                ('iscc', models.CharField(blank=True, max_length=80)),
                ('reason', models.TextField(blank=True)),
            ],
            options={
                'indexes': [models.Index(fields=['asset', '-created_at'], name='audit_latest_of_asset')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('cut__isnull', True), ('imported__isnull', True), ('take__isnull', False)), models.Q(('cut__isnull', False), ('imported__isnull', True), ('take__isnull', True)), models.Q(('cut__isnull', True), ('imported__isnull', False), ('take__isnull', True)), _connector='OR'), name='audit_of_one_thing'), models.CheckConstraint(condition=models.Q(('report_sha256__regex', '^[0-9a-f]{64}$')), name='audit_report_sha256'), models.CheckConstraint(condition=models.Q(('gallery_sha256__regex', '^[0-9a-f]{64}$')), name='audit_gallery_sha256'), models.CheckConstraint(condition=models.Q(('state__in', ['complete', 'incomplete'])), name='audit_state_known'), models.CheckConstraint(condition=models.Q(('state', 'complete'), models.Q(('reason', ''), _negated=True), _connector='OR'), name='audit_gap_has_reason')],
            },
        ),
        migrations.CreateModel(
            name='Finding',
            fields=[
                ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('audit', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='findings', to='audits.audit')),
                ('position', models.PositiveIntegerField()),
                ('kind', models.CharField(choices=[('copy', 'Copy of a work'), ('scene', 'Same scene as a work'), ('face', 'Registered person')], max_length=10)),
                ('start', models.DecimalField(decimal_places=3, max_digits=12)),
                ('end', models.DecimalField(decimal_places=3, max_digits=12)),
                ('reference_start', models.DecimalField(decimal_places=3, max_digits=12, null=True)),
                ('reference_end', models.DecimalField(decimal_places=3, max_digits=12, null=True)),
                ('score', models.FloatField()),
                ('log10_lr', models.FloatField(null=True)),
                ('mirrored', models.BooleanField(default=False)),
                ('speed', models.FloatField(default=1.0)),
                ('region', models.JSONField(null=True)),
                ('curve', models.JSONField(default=list)),
                ('plain', models.TextField()),
                ('work', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='findings', to='corpora.work')),
                ('subject', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='findings', to='likeness.subject')),
            ],
            options={
                'ordering': ['audit', 'position'],
                'constraints': [models.UniqueConstraint(fields=('audit', 'position'), name='finding_position_once'), models.CheckConstraint(condition=models.Q(('kind__in', ['copy', 'scene', 'face'])), name='finding_kind_known'), models.CheckConstraint(condition=models.Q(('end__gte', models.F('start')), ('start__gte', 0)), name='finding_interval'), models.CheckConstraint(condition=models.Q(('score__gte', 0), ('score__lte', 1)), name='finding_score'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'face'), ('work__isnull', True)), models.Q(('kind__in', ['copy', 'scene']), ('work__isnull', False)), _connector='OR'), name='finding_resembles_its_kind')],
            },
        ),
        migrations.CreateModel(
            name='EvidenceFrame',
            fields=[
                ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('finding', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='evidence', to='audits.finding')),
                ('position', models.PositiveIntegerField()),
                ('query_seconds', models.DecimalField(decimal_places=3, max_digits=12)),
                ('query', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='audits.asset')),
                ('reference_seconds', models.DecimalField(decimal_places=3, max_digits=12, null=True)),
                ('reference', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='audits.asset')),
            ],
            options={
                'ordering': ['finding', 'position'],
                'constraints': [models.UniqueConstraint(fields=('finding', 'position'), name='evidence_position_once')],
            },
        ),
        migrations.CreateModel(
            name='Decision',
            fields=[
                ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('point', models.CharField(max_length=40)),
                ('production', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='productions.production')),
                ('subject', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='likeness.subject')),
                ('shot', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='productions.shot')),
                ('take', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='productions.take')),
                ('cut', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='productions.cut')),
                ('imported', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='productions.importedmedia')),
                ('audit', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='audits.audit')),
                ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('facts', models.JSONField()),
                ('facts_sha256', django_site.records.Sha256Field(max_length=64)),
                ('bundle_sha256', django_site.records.Sha256Field(max_length=64)),
                ('engine', models.CharField(max_length=80)),
                ('outcome', models.CharField(choices=[('allow', 'Allowed'), ('review', 'Needs review'), ('block', 'Stopped')], max_length=8)),
                ('checks', models.JSONField()),
                ('policies', models.JSONField()),
                ('sha256', django_site.records.Sha256Field(max_length=64)),
            ],
            options={
                'indexes': [models.Index(fields=['production', '-created_at'], name='decision_by_production')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('cut__isnull', True), ('imported__isnull', True), ('shot__isnull', True), ('subject__isnull', False), ('take__isnull', True)), models.Q(('cut__isnull', True), ('imported__isnull', True), ('shot__isnull', False), ('subject__isnull', True), ('take__isnull', True)), models.Q(('cut__isnull', True), ('imported__isnull', True), ('shot__isnull', True), ('subject__isnull', True), ('take__isnull', False)), models.Q(('cut__isnull', False), ('imported__isnull', True), ('shot__isnull', True), ('subject__isnull', True), ('take__isnull', True)), models.Q(('cut__isnull', True), ('imported__isnull', False), ('shot__isnull', True), ('subject__isnull', True), ('take__isnull', True)), _connector='OR'), name='decision_on_one_thing'), models.CheckConstraint(condition=models.Q(('production__isnull', False), ('subject__isnull', False), _connector='OR'), name='decision_within_production'), models.CheckConstraint(condition=models.Q(('facts_sha256__regex', '^[0-9a-f]{64}$')), name='decision_facts_sha256'), models.CheckConstraint(condition=models.Q(('bundle_sha256__regex', '^[0-9a-f]{64}$')), name='decision_bundle_sha256'), models.CheckConstraint(condition=models.Q(('sha256__regex', '^[0-9a-f]{64}$')), name='decision_sha256'), models.CheckConstraint(condition=models.Q(('outcome__in', ['allow', 'review', 'block'])), name='decision_outcome_known'), models.CheckConstraint(condition=models.Q(('facts', {}), _negated=True), name='decision_has_facts'), models.CheckConstraint(condition=models.Q(models.Q(('checks', []), _negated=True), models.Q(('outcome', 'allow'), _negated=True), _connector='OR'), name='decision_allow_was_checked')],
            },
        ),
    ]
