import django.db.models.deletion
import django.utils.timezone
import django_site.apps.productions.models
import django_site.ids
import django_site.records
import django_site.tables
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_people'),
        ('audits', '0001_policies_and_files'),
        ('likeness', '0001_grants'),
    ]

    operations = [
        django_site.tables.CreateModels(
            models=[
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
                        ('media', models.JSONField(default=django_site.apps.productions.models.default_media)),
                        ('languages', models.JSONField(default=django_site.apps.productions.models.default_languages)),
                        ('content', models.JSONField(default=list)),
                        ('real_time', models.BooleanField(default=False)),
                        ('sublicensee', models.CharField(blank=True, max_length=200)),
                        ('declarations', models.JSONField(blank=True, default=dict)),
                        ('seed', models.PositiveBigIntegerField()),
                        ('width', models.PositiveIntegerField(default=640)),
                        ('height', models.PositiveIntegerField(default=360)),
                        ('fps', models.PositiveIntegerField(default=12)),
                        ('total_seconds', models.DecimalField(decimal_places=3, default=12, max_digits=8)),
                        ('look', models.CharField(blank=True, max_length=60)),
                        ('paused_at', models.DateTimeField(null=True)),
                        ('paused_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'ordering': ['-created_at'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('use__in', ['film', 'series', 'trailer', 'advertising', 'game', 'internal'])), name='production_use_known'), models.CheckConstraint(condition=models.Q(models.Q(('title', ''), _negated=True), models.Q(('brief', ''), _negated=True)), name='production_has_brief'), models.CheckConstraint(condition=models.Q(('territories', []), _negated=True), name='production_has_territory'), models.CheckConstraint(condition=models.Q(('fps__gte', 1), ('height__gte', 16), ('total_seconds__gt', 0), ('width__gte', 16)), name='production_format')],
                    },
                ),
                migrations.CreateModel(
                    name='Contribution',
                    fields=[
                        ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('production', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='contributions', to='productions.production')),
                        ('actor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contributions', to=settings.AUTH_USER_MODEL)),
                        ('credited', models.CharField(blank=True, max_length=200)),
                        ('tool', models.CharField(blank=True, max_length=200)),
                        ('act', models.CharField(choices=[('wrote', 'Wrote'), ('edited', 'Edited'), ('directed', 'Directed'), ('planned', 'Planned'), ('rendered', 'Rendered'), ('selected', 'Selected'), ('rejected', 'Rejected'), ('replaced', 'Replaced'), ('arranged', 'Arranged'), ('trimmed', 'Trimmed'), ('composed', 'Composed'), ('performed', 'Performed'), ('designed', 'Designed'), ('other', 'Did something else')], max_length=10)),
                        ('target_kind', models.CharField(max_length=12)),
                        ('target_id', models.UUIDField()),
                        ('note', models.TextField(blank=True)),
                        ('measure', models.JSONField(blank=True, default=dict)),
                        ('recorded_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('corrects', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='corrected_by', to='productions.contribution')),
                        ('void', models.BooleanField(default=False)),
                        ('reason', models.TextField(blank=True)),
                    ],
                    options={
                        'ordering': ['created_at'],
                        'indexes': [models.Index(fields=['production', 'created_at', 'id'], name='contribution_by_production')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('act__in', ['wrote', 'edited', 'directed', 'planned', 'rendered', 'selected', 'rejected', 'replaced', 'arranged', 'trimmed', 'composed', 'performed', 'designed', 'other'])), name='contribution_act_known'), models.CheckConstraint(condition=models.Q(('target_kind__in', ['production', 'screenplay', 'shot', 'take', 'cut'])), name='contribution_target_known'), models.CheckConstraint(condition=models.Q(models.Q(('corrects__isnull', True), ('reason', ''), ('void', False)), models.Q(('corrects__isnull', False), ('recorded_by__isnull', False), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='contribution_corrected_for_a_reason'), models.CheckConstraint(condition=models.Q(('credited', ''), ('recorded_by__isnull', False), _connector='OR'), name='contribution_credited_by_hand'), models.CheckConstraint(condition=models.Q(('recorded_by__isnull', True), models.Q(('note', ''), _negated=True), ('corrects__isnull', False), _connector='OR'), name='contribution_by_hand_says_what')],
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
                    name='TimelineUpload',
                    fields=[
                        ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('production', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='timeline_uploads', to='productions.production')),
                        ('by', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('name', models.CharField(max_length=255)),
                        ('ending', models.CharField(max_length=8)),
                        ('rate', models.CharField(blank=True, max_length=20)),
                        ('text', models.TextField()),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('production', 'by'), name='timeline_upload_once'), models.CheckConstraint(condition=models.Q(models.Q(('text', ''), _negated=True), models.Q(('ending', ''), _negated=True)), name='timeline_upload_has_text')],
                    },
                ),
                migrations.CreateModel(
                    name='SoundRights',
                    fields=[
                        ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('imported', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='rights', to='productions.importedmedia')),
                        ('title', models.CharField(max_length=200)),
                        ('owner', models.CharField(max_length=200)),
                        ('basis', models.CharField(choices=[('own', 'We made it: composed, played and recorded by us or for us'), ('licensed', 'Licensed to us by who owns it'), ('open', 'Under an open licence that allows this use'), ('public_domain', 'In the public domain, the recording too')], max_length=14)),
                        ('licence', models.CharField(blank=True, max_length=200)),
                        ('evidence', models.TextField()),
                        ('declared_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('withdrawn_at', models.DateTimeField(null=True)),
                        ('withdrawn_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('withdrawn_reason', models.TextField(blank=True)),
                    ],
                    options={
                        'constraints': [models.CheckConstraint(condition=models.Q(('basis__in', ['own', 'licensed', 'open', 'public_domain'])), name='sound_basis_known'), models.CheckConstraint(condition=models.Q(models.Q(('title', ''), _negated=True), models.Q(('owner', ''), _negated=True), models.Q(('evidence', ''), _negated=True)), name='sound_rights_say_who_and_where'), models.CheckConstraint(condition=models.Q(models.Q(('basis__in', ['licensed', 'open']), _negated=True), models.Q(('licence', ''), _negated=True), _connector='OR'), name='sound_licence_is_named'), models.CheckConstraint(condition=models.Q(('withdrawn_at__isnull', True), models.Q(('withdrawn_by__isnull', False), models.Q(('withdrawn_reason', ''), _negated=True)), _connector='OR'), name='sound_withdrawn_by_somebody')],
                    },
                ),
                migrations.CreateModel(
                    name='VoiceCasting',
                    fields=[
                        ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('production', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='voices', to='productions.production')),
                        ('character', models.CharField(max_length=100)),
                        ('subject', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='likeness.subject')),
                        ('said_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'ordering': ['character'],
                        'constraints': [models.UniqueConstraint(fields=('production', 'character'), name='voice_once_a_character'), models.CheckConstraint(condition=models.Q(('character', ''), _negated=True), name='voice_has_character')],
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
                        ('lines', models.JSONField(null=True)),
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
                        ('place', models.PositiveIntegerField(null=True)),
                        ('cast', models.JSONField(blank=True, null=True)),
                        ('content', models.JSONField(blank=True, default=list)),
                        ('alterations', models.JSONField(blank=True, default=list)),
                    ],
                    options={
                        'ordering': ['scene', 'position', 'version'],
                        'constraints': [models.UniqueConstraint(fields=('scene', 'position', 'version'), name='shot_version_once'), models.UniqueConstraint(condition=models.Q(('current', True)), fields=('scene', 'position'), name='one_current_shot_version'), models.CheckConstraint(condition=models.Q(('spec', {}), _negated=True), name='shot_has_spec')],
                    },
                ),
                migrations.CreateModel(
                    name='Reference',
                    fields=[
                        ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('production', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='references', to='productions.production')),
                        ('shot', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='references', to='productions.shot')),
                        ('asset', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='references', to='audits.asset')),
                        ('name', models.CharField(max_length=200)),
                        ('people', models.JSONField(default=list)),
                        ('unknown_faces', models.PositiveIntegerField(default=0)),
                        ('gallery_sha256', django_site.records.Sha256Field(max_length=64)),
                        ('added_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'ordering': ['created_at'],
                        'constraints': [models.UniqueConstraint(fields=('shot', 'asset'), name='reference_once_a_shot'), models.CheckConstraint(condition=models.Q(('gallery_sha256__regex', '^[0-9a-f]{64}$')), name='reference_gallery_sha256')],
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
                        ('inputs_sha256', django_site.records.Sha256Field(db_index=True, max_length=64, null=True)),
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
                        ('asked_with', models.UUIDField(null=True)),
                        ('score', models.JSONField(null=True)),
                        ('record', models.JSONField(null=True)),
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
                        ('state', models.CharField(choices=[('draft', 'Draft'), ('assembling', 'Being assembled'), ('failed', 'Could not be made'), ('quarantined', 'In quarantine'), ('auditing', 'Being audited'), ('stopped', 'Stopped'), ('needs_review', 'Waiting for review'), ('approved', 'Approved'), ('rejected', 'Rejected'), ('signing', 'Being signed'), ('awaiting_time', 'Awaiting a time stamp'), ('released', 'Released'), ('recalled', 'Recalled')], default='draft', max_length=14)),
                        ('asset', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='cuts', to='audits.asset')),
                        ('duration', models.DecimalField(decimal_places=3, max_digits=12, null=True)),
                        ('audience_notice', models.TextField(blank=True)),
                        ('labels', models.JSONField(blank=True, default=list)),
                        ('timeline', models.JSONField(null=True)),
                        ('based_on', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='productions.cut')),
                        ('sound', models.JSONField(null=True)),
                        ('video', models.CharField(choices=[('h264', 'H.264: plays everywhere'), ('av1', 'AV1: smaller, plays in newer browsers and players')], default='h264', max_length=4)),
                        ('edited_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('reason', models.TextField(blank=True)),
                    ],
                    options={
                        'ordering': ['production', 'version'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('video__in', ['h264', 'av1'])), name='cut_video_known'), models.UniqueConstraint(fields=('production', 'version'), name='cut_version_once'), models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'assembling', 'failed', 'quarantined', 'auditing', 'stopped', 'needs_review', 'approved', 'rejected', 'signing', 'awaiting_time', 'released', 'recalled'])), name='cut_state_known'), models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'assembling', 'failed']), models.Q(('asset__isnull', False), ('duration__gt', 0), ('duration__isnull', False)), _connector='OR'), name='cut_assembled_has_asset'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['failed', 'stopped', 'rejected', 'recalled', 'awaiting_time']), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='cut_stop_has_reason')],
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
                    name='Edit',
                    fields=[
                        ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('production', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='edit', to='productions.production')),
                        ('base', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='productions.cut')),
                        ('history', models.JSONField()),
                        ('revision', models.PositiveIntegerField(default=0)),
                        ('changed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('changed_at', models.DateTimeField()),
                    ],
                    options={
                        'constraints': [models.CheckConstraint(condition=models.Q(('history', {}), _negated=True), name='edit_has_history')],
                    },
                ),
            ],
        ),
    ]
