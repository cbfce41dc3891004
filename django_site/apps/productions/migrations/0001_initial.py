import django.db.models.deletion
import django.utils.timezone
import django_site.ids
import django_site.records
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('audits', '0001_assets'),
    ]

    operations = [
        migrations.CreateModel(
            name='Production',
            fields=[
                ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='productions', to='accounts.organisation')),
                ('title', models.CharField(max_length=200)),
                ('brief', models.TextField()),
                ('use', models.CharField(choices=[('film', 'Film'), ('series', 'Series'), ('trailer', 'Trailer'), ('advertising', 'Advertising'), ('game', 'Game'), ('internal', 'Internal')], default='film', max_length=12)),
                ('territories', models.JSONField(default=list)),
                ('seed', models.PositiveBigIntegerField()),
                ('width', models.PositiveIntegerField(default=640)),
                ('height', models.PositiveIntegerField(default=360)),
                ('fps', models.PositiveIntegerField(default=12)),
                ('total_seconds', models.DecimalField(decimal_places=3, default=12, max_digits=8)),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-created_at'],
                'constraints': [models.CheckConstraint(condition=models.Q(('use__in', ['film', 'series', 'trailer', 'advertising', 'game', 'internal'])), name='production_use_known'), models.CheckConstraint(condition=models.Q(models.Q(('title', ''), _negated=True), models.Q(('brief', ''), _negated=True)), name='production_has_brief'), models.CheckConstraint(condition=models.Q(('territories', []), _negated=True), name='production_has_territory'), models.CheckConstraint(condition=models.Q(('fps__gte', 1), ('height__gte', 16), ('total_seconds__gt', 0), ('width__gte', 16)), name='production_format')],
            },
        ),
        migrations.CreateModel(
            name='ProductionMember',
            fields=[
                ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('production', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='members', to='productions.production')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='production_memberships', to=settings.AUTH_USER_MODEL)),
                ('role', models.CharField(choices=[('producer', 'Producer'), ('legal_reviewer', 'Legal reviewer'), ('head_of_legal', 'Head of legal'), ('performer', 'Performer')], max_length=20)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('production', 'user'), name='production_member_once'), models.CheckConstraint(condition=models.Q(('role__in', ['producer', 'legal_reviewer', 'head_of_legal', 'performer'])), name='production_member_role_known'), models.CheckConstraint(condition=models.Q(('role', 'performer'), _negated=True), name='production_member_works_on_it')],
            },
        ),
        migrations.CreateModel(
            name='Screenplay',
            fields=[
                ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('production', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='screenplays', to='productions.production')),
                ('version', models.PositiveIntegerField()),
                ('title', models.CharField(max_length=300)),
                ('logline', models.TextField(blank=True)),
                ('asset', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='screenplays', to='audits.asset')),
            ],
            options={
                'ordering': ['production', 'version'],
                'constraints': [models.UniqueConstraint(fields=('production', 'version'), name='screenplay_version_once'), models.CheckConstraint(condition=models.Q(('version__gte', 1)), name='screenplay_version_counts_from_one')],
            },
        ),
        migrations.CreateModel(
            name='Scene',
            fields=[
                ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('screenplay', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='scenes', to='productions.screenplay')),
                ('position', models.PositiveIntegerField()),
                ('heading', models.CharField(max_length=300)),
            ],
            options={
                'ordering': ['screenplay', 'position'],
                'constraints': [models.UniqueConstraint(fields=('screenplay', 'position'), name='scene_position_once')],
            },
        ),
        migrations.CreateModel(
            name='Shot',
            fields=[
                ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('scene', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='shots', to='productions.scene')),
                ('position', models.PositiveIntegerField()),
                ('version', models.PositiveIntegerField(default=1)),
                ('current', models.BooleanField(default=True)),
                ('spec', models.JSONField()),
            ],
            options={
                'ordering': ['scene', 'position', 'version'],
                'constraints': [models.UniqueConstraint(fields=('scene', 'position', 'version'), name='shot_version_once'), models.UniqueConstraint(condition=models.Q(('current', True)), fields=('scene', 'position'), name='one_current_shot_version'), models.CheckConstraint(condition=models.Q(('spec', {}), _negated=True), name='shot_has_spec')],
            },
        ),
        migrations.CreateModel(
            name='GenerationRecord',
            fields=[
                ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('model_name', models.CharField(max_length=100)),
                ('model_version', models.CharField(max_length=60)),
                ('model_licence', models.CharField(max_length=100)),
                ('model_sha256', django_site.records.Sha256Field(max_length=64)),
                ('model_card', models.JSONField()),
                ('commercial_use', models.BooleanField()),
                ('seed', models.PositiveBigIntegerField()),
                ('prompt', models.TextField()),
                ('negative_prompt', models.TextField(blank=True)),
                ('parameters', models.JSONField()),
                ('ingredients', models.JSONField(default=list)),
                ('actor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('model_sha256__regex', '^[0-9a-f]{64}$')), name='generation_model_sha256'), models.CheckConstraint(condition=models.Q(models.Q(('prompt', ''), _negated=True), models.Q(('parameters', {}), _negated=True), models.Q(('model_card', {}), _negated=True)), name='generation_is_complete')],
            },
        ),
        migrations.CreateModel(
            name='Take',
            fields=[
                ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('shot', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='takes', to='productions.shot')),
                ('number', models.PositiveIntegerField()),
                ('generation', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='take', to='productions.generationrecord')),
                ('state', models.CharField(choices=[('planned', 'Planned'), ('queued', 'Waiting to render'), ('rendering', 'Rendering'), ('failed', 'Could not be rendered'), ('quarantined', 'In quarantine'), ('auditing', 'Being audited'), ('cleared', 'Cleared'), ('stopped', 'Stopped'), ('needs_review', 'Needs review'), ('approved', 'Approved'), ('rejected', 'Rejected'), ('superseded', 'Superseded')], default='planned', max_length=14)),
                ('asset', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='takes', to='audits.asset')),
                ('duration', models.DecimalField(decimal_places=3, max_digits=12, null=True)),
                ('frames', models.PositiveIntegerField(null=True)),
                ('reason', models.TextField(blank=True)),
            ],
            options={
                'ordering': ['shot', 'number'],
                'constraints': [models.UniqueConstraint(fields=('shot', 'number'), name='take_number_once'), models.CheckConstraint(condition=models.Q(('state__in', ['planned', 'queued', 'rendering', 'failed', 'quarantined', 'auditing', 'cleared', 'stopped', 'needs_review', 'approved', 'rejected', 'superseded'])), name='take_state_known'), models.CheckConstraint(condition=models.Q(('state__in', ['planned', 'queued', 'rendering', 'failed', 'stopped', 'superseded']), models.Q(('asset__isnull', False), ('duration__gt', 0), ('duration__isnull', False), ('frames__gt', 0), ('frames__isnull', False)), _connector='OR'), name='take_rendered_has_asset'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['failed', 'stopped', 'rejected']), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='take_stop_has_reason')],
            },
        ),
        migrations.CreateModel(
            name='Cut',
            fields=[
                ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('production', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='cuts', to='productions.production')),
                ('screenplay', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cuts', to='productions.screenplay')),
                ('version', models.PositiveIntegerField()),
                ('title', models.CharField(max_length=300)),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('assembling', 'Being assembled'), ('failed', 'Could not be made'), ('quarantined', 'In quarantine'), ('auditing', 'Being audited'), ('stopped', 'Stopped'), ('needs_review', 'Waiting for review'), ('approved', 'Approved'), ('rejected', 'Rejected'), ('signing', 'Being signed'), ('released', 'Released')], default='draft', max_length=14)),
                ('asset', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='cuts', to='audits.asset')),
                ('duration', models.DecimalField(decimal_places=3, max_digits=12, null=True)),
                ('audience_notice', models.TextField(blank=True)),
                ('edited_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('reason', models.TextField(blank=True)),
            ],
            options={
                'ordering': ['production', 'version'],
                'constraints': [models.UniqueConstraint(fields=('production', 'version'), name='cut_version_once'), models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'assembling', 'failed', 'quarantined', 'auditing', 'stopped', 'needs_review', 'approved', 'rejected', 'signing', 'released'])), name='cut_state_known'), models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'assembling', 'failed']), models.Q(('asset__isnull', False), ('duration__gt', 0), ('duration__isnull', False)), _connector='OR'), name='cut_assembled_has_asset'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['failed', 'stopped', 'rejected']), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='cut_stop_has_reason')],
            },
        ),
        migrations.CreateModel(
            name='CutItem',
            fields=[
                ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('cut', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='items', to='productions.cut')),
                ('position', models.PositiveIntegerField()),
                ('take', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cut_items', to='productions.take')),
                ('take_in', models.DecimalField(decimal_places=3, max_digits=12)),
                ('take_out', models.DecimalField(decimal_places=3, max_digits=12)),
                ('start', models.DecimalField(decimal_places=3, max_digits=12, null=True)),
                ('end', models.DecimalField(decimal_places=3, max_digits=12, null=True)),
            ],
            options={
                'ordering': ['cut', 'position'],
                'constraints': [models.UniqueConstraint(fields=('cut', 'position'), name='cut_item_position_once'), models.CheckConstraint(condition=models.Q(('take_in__gte', 0), ('take_out__gt', models.F('take_in'))), name='cut_item_in_before_out'), models.CheckConstraint(condition=models.Q(models.Q(('end__isnull', True), ('start__isnull', True)), models.Q(('end__gt', models.F('start')), ('end__isnull', False), ('start__gte', 0), ('start__isnull', False)), _connector='OR'), name='cut_item_shown_forwards')],
            },
        ),
        migrations.CreateModel(
            name='ImportedMedia',
            fields=[
                ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('production', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='imports', to='productions.production')),
                ('asset', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='imports', to='audits.asset')),
                ('name', models.CharField(max_length=255)),
                ('state', models.CharField(choices=[('quarantined', 'In quarantine'), ('auditing', 'Being audited'), ('cleared', 'Cleared'), ('stopped', 'Stopped'), ('needs_review', 'Needs review'), ('approved', 'Approved'), ('rejected', 'Rejected'), ('failed', 'Could not be audited')], default='quarantined', max_length=14)),
                ('imported_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('reason', models.TextField(blank=True)),
            ],
            options={
                'ordering': ['-created_at'],
                'constraints': [models.UniqueConstraint(fields=('production', 'asset'), name='import_once'), models.CheckConstraint(condition=models.Q(('state__in', ['quarantined', 'auditing', 'cleared', 'stopped', 'needs_review', 'approved', 'rejected', 'failed'])), name='import_state_known'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['stopped', 'rejected', 'failed']), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='import_stop_has_reason')],
            },
        ),
        migrations.CreateModel(
            name='Contribution',
            fields=[
                ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('production', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='contributions', to='productions.production')),
                ('actor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contributions', to=settings.AUTH_USER_MODEL)),
                ('tool', models.CharField(blank=True, max_length=200)),
                ('act', models.CharField(choices=[('wrote', 'Wrote'), ('planned', 'Planned'), ('rendered', 'Rendered'), ('selected', 'Selected'), ('arranged', 'Arranged'), ('replaced', 'Replaced')], max_length=10)),
                ('target_kind', models.CharField(max_length=12)),
                ('target_id', models.UUIDField()),
                ('note', models.TextField(blank=True)),
            ],
            options={
                'ordering': ['created_at'],
                'constraints': [models.CheckConstraint(condition=models.Q(('act__in', ['wrote', 'planned', 'rendered', 'selected', 'arranged', 'replaced'])), name='contribution_act_known'), models.CheckConstraint(condition=models.Q(('target_kind__in', ['screenplay', 'shot', 'take', 'cut'])), name='contribution_target_known')],
            },
        ),
    ]
