import django.db.models.deletion
import django.utils.timezone
import django_site.ids
import django_site.records
import django_site.tables
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_people'),
        ('audits', '0001_policies_and_files'),
        ('corpora', '0001_works'),
        ('jobs', '0001_work'),
        ('likeness', '0001_grants'),
        ('productions', '0001_films'),
    ]

    operations = [
        django_site.tables.CreateModels(
            models=[
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
                        'constraints': [models.CheckConstraint(condition=models.Q(('report_sha256__regex', '^[0-9a-f]{64}$')), name='audit_report_sha256'), models.CheckConstraint(condition=models.Q(('gallery_sha256__regex', '^[0-9a-f]{64}$')), name='audit_gallery_sha256'), models.CheckConstraint(condition=models.Q(('state__in', ['complete', 'incomplete'])), name='audit_state_known'), models.CheckConstraint(condition=models.Q(('state', 'complete'), models.Q(('reason', ''), _negated=True), _connector='OR'), name='audit_gap_has_reason')],
                    },
                ),
                migrations.CreateModel(
                    name='Finding',
                    fields=[
                        ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('audit', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='findings', to='audits.audit')),
                        ('position', models.PositiveIntegerField()),
                        ('kind', models.CharField(choices=[('copy', 'Copy of a work'), ('scene', 'Same scene as a work'), ('style', 'Style of a work'), ('semantic', 'Same content as a work'), ('audio', 'Sound of a work'), ('text', 'Words of a work'), ('face', 'Registered person'), ('voice', 'Registered voice')], max_length=10)),
                        ('start', models.DecimalField(decimal_places=3, max_digits=12)),
                        ('end', models.DecimalField(decimal_places=3, max_digits=12)),
                        ('reference_start', models.DecimalField(decimal_places=3, max_digits=12, null=True)),
                        ('reference_end', models.DecimalField(decimal_places=3, max_digits=12, null=True)),
                        ('score', models.FloatField()),
                        ('log10_lr', models.FloatField(null=True)),
                        ('mirrored', models.BooleanField(default=False)),
                        ('speed', models.FloatField(default=1.0)),
                        ('reversed', models.BooleanField(default=False)),
                        ('measured', models.JSONField(default=dict)),
                        ('matrix', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='audits.asset')),
                        ('region', models.JSONField(null=True)),
                        ('curve', models.JSONField(default=list)),
                        ('known_by', models.BinaryField(default=b'')),
                        ('plain', models.TextField()),
                        ('work', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='findings', to='corpora.work')),
                        ('subject', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='findings', to='likeness.subject')),
                    ],
                    options={
                        'ordering': ['audit', 'position'],
                        'constraints': [models.UniqueConstraint(fields=('audit', 'position'), name='finding_position_once'), models.CheckConstraint(condition=models.Q(('kind__in', ['copy', 'scene', 'style', 'semantic', 'audio', 'text', 'face', 'voice'])), name='finding_kind_known'), models.CheckConstraint(condition=models.Q(('end__gte', models.F('start')), ('start__gte', 0)), name='finding_interval'), models.CheckConstraint(condition=models.Q(('score__gte', 0), ('score__lte', 1)), name='finding_score'), models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ['face', 'voice']), ('work__isnull', True)), models.Q(('kind__in', ['copy', 'scene', 'style', 'semantic', 'audio', 'text']), ('work__isnull', False)), _connector='OR'), name='finding_resembles_its_kind'), models.CheckConstraint(condition=models.Q(('speed__gt', 0)), name='finding_speed')],
                    },
                ),
                migrations.CreateModel(
                    name='UnknownFace',
                    fields=[
                        ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('audit', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='unknown_faces', to='audits.audit')),
                        ('number', models.PositiveIntegerField()),
                        ('spans', models.JSONField()),
                        ('seconds', models.DecimalField(decimal_places=3, max_digits=12)),
                        ('tracks', models.PositiveIntegerField()),
                        ('plain', models.TextField()),
                        ('picture', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='audits.asset')),
                        ('basis', models.CharField(blank=True, choices=[('released', 'A signed release of this person'), ('licensed', 'Licensed footage whose licence covers the people in it'), ('synthetic', 'Generated, modelled on nobody'), ('public', 'A public place or event, shown in passing')], max_length=10)),
                        ('note', models.TextField(blank=True)),
                        ('cleared_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('cleared_at', models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        'ordering': ['audit', 'number'],
                        'constraints': [models.UniqueConstraint(fields=('audit', 'number'), name='unknown_face_number_once'), models.CheckConstraint(condition=models.Q(models.Q(('basis', ''), ('cleared_at__isnull', True), ('cleared_by__isnull', True)), models.Q(('basis__in', ['released', 'licensed', 'synthetic', 'public']), ('cleared_at__isnull', False), ('cleared_by__isnull', False), models.Q(('note', ''), _negated=True)), _connector='OR'), name='unknown_face_cleared_on_a_ground')],
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
                    name='Confirmation',
                    fields=[
                        ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('finding', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='confirmations', to='audits.finding')),
                        ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'ordering': ['created_at'],
                        'constraints': [models.UniqueConstraint(fields=('finding', 'by'), name='confirmation_once_a_person')],
                    },
                ),
                migrations.CreateModel(
                    name='Dismissal',
                    fields=[
                        ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('finding', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='dismissals', to='audits.finding')),
                        ('reason', models.TextField()),
                        ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('embedder', models.JSONField()),
                        ('frames', models.JSONField()),
                        ('lifted_at', models.DateTimeField(null=True)),
                        ('lifted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('lift_reason', models.TextField(blank=True)),
                    ],
                    options={
                        'ordering': ['created_at'],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('lifted_at__isnull', True)), fields=('finding',), name='one_dismissal_in_force_a_finding'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='dismissal_has_reason'), models.CheckConstraint(condition=models.Q(models.Q(('frames', []), _negated=True), ('embedder', {}), _connector='OR'), name='dismissal_knows_it_by_something'), models.CheckConstraint(condition=models.Q(models.Q(('lift_reason', ''), ('lifted_at__isnull', True), ('lifted_by__isnull', True)), models.Q(('lifted_at__isnull', False), ('lifted_by__isnull', False), models.Q(('lift_reason', ''), _negated=True)), _connector='OR'), name='dismissal_lifted_by_somebody_for_a_reason')],
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
                        'constraints': [models.CheckConstraint(condition=models.Q(('production__isnull', False), ('subject__isnull', False), _connector='OR'), name='decision_within_production'), models.CheckConstraint(condition=models.Q(('facts_sha256__regex', '^[0-9a-f]{64}$')), name='decision_facts_sha256'), models.CheckConstraint(condition=models.Q(('bundle_sha256__regex', '^[0-9a-f]{64}$')), name='decision_bundle_sha256'), models.CheckConstraint(condition=models.Q(('sha256__regex', '^[0-9a-f]{64}$')), name='decision_sha256'), models.CheckConstraint(condition=models.Q(('outcome__in', ['allow', 'review', 'block'])), name='decision_outcome_known'), models.CheckConstraint(condition=models.Q(('facts', {}), _negated=True), name='decision_has_facts'), models.CheckConstraint(condition=models.Q(models.Q(('checks', []), _negated=True), models.Q(('outcome', 'allow'), _negated=True), _connector='OR'), name='decision_allow_was_checked')],
                    },
                ),
                migrations.CreateModel(
                    name='PolicyFlip',
                    fields=[
                        ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('draft', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='flips', to='audits.policydraft')),
                        ('decision', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='audits.decision')),
                        ('was', models.CharField(max_length=8)),
                        ('now', models.CharField(max_length=8)),
                        ('reasons', models.JSONField(default=list)),
                    ],
                    options={
                        'ordering': ['id'],
                        'constraints': [models.UniqueConstraint(fields=('draft', 'decision'), name='policy_flip_once'), models.CheckConstraint(condition=models.Q(('now__in', ['allow', 'review', 'block']), ('was__in', ['allow', 'review', 'block']), models.Q(('was', models.F('now')), _negated=True)), name='policy_flip_flips')],
                    },
                ),
            ],
        ),
        migrations.AddField(
            model_name='audit',
            name='dismissals',
            field=models.ManyToManyField(related_name='audits', to='audits.dismissal'),
        ),
    ]
