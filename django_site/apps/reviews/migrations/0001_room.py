import django.db.models.deletion
import django.utils.timezone
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
        ('audits', '0002_audits_and_decisions'),
        ('productions', '0001_films'),
    ]

    operations = [
        django_site.tables.CreateModels(
            models=[
                migrations.CreateModel(
                    name='Case',
                    fields=[
                        ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('kind', models.CharField(choices=[('clearance', 'May it be shown?'), ('withdrawal', 'May it stay out?')], default='clearance', max_length=10)),
                        ('reason', models.TextField(blank=True)),
                        ('production', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='productions.production')),
                        ('take', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='productions.take')),
                        ('cut', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='productions.cut')),
                        ('imported', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='productions.importedmedia')),
                        ('decision', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='audits.decision')),
                        ('opened_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('state', models.CharField(choices=[('open', 'Open'), ('approved', 'Approved'), ('rejected', 'Rejected'), ('changes_requested', 'Changes requested'), ('overridden', 'Set aside by two people')], default='open', max_length=20)),
                        ('approvals_needed', models.PositiveSmallIntegerField(default=1)),
                        ('risk', models.FloatField(default=0.0)),
                        ('due_at', models.DateTimeField()),
                        ('closed_at', models.DateTimeField(null=True)),
                        ('tier', models.CharField(choices=[('production', 'Everybody on the production and its reviewers'), ('legal', 'The legal side alone'), ('named', 'Named people and the head of legal alone')], default='production', max_length=10)),
                        ('escalated_at', models.DateTimeField(null=True)),
                    ],
                    options={
                        'ordering': ['-risk', 'due_at', 'id'],
                        'indexes': [models.Index(fields=['state', '-risk', 'due_at'], name='case_queue')],
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('cut__isnull', True), ('imported__isnull', True), ('take__isnull', False)), models.Q(('cut__isnull', False), ('imported__isnull', True), ('take__isnull', True)), models.Q(('cut__isnull', True), ('imported__isnull', False), ('take__isnull', True)), _connector='OR'), name='case_about_one_thing'), models.CheckConstraint(condition=models.Q(('state__in', ['open', 'approved', 'rejected', 'changes_requested', 'overridden'])), name='case_state_known'), models.CheckConstraint(condition=models.Q(('kind__in', ['clearance', 'withdrawal'])), name='case_kind_known'), models.CheckConstraint(condition=models.Q(('tier__in', ['production', 'legal', 'named'])), name='case_tier_known'), models.CheckConstraint(condition=models.Q(('kind', 'clearance'), models.Q(('cut__isnull', False), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='case_withdrawal_says_what'), models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('state', 'open')), models.Q(models.Q(('state', 'open'), _negated=True), ('closed_at__isnull', False)), _connector='OR'), name='case_closed_has_time'), models.CheckConstraint(condition=models.Q(('approvals_needed__gte', 1)), name='case_needs_a_person'), models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('cut',), name='one_open_case_a_cut'), models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('take',), name='one_open_case_a_take'), models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('imported',), name='one_open_case_an_import')],
                    },
                ),
                migrations.CreateModel(
                    name='ReviewAction',
                    fields=[
                        ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='actions', to='reviews.case')),
                        ('actor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='review_actions', to=settings.AUTH_USER_MODEL)),
                        ('role', models.CharField(max_length=20)),
                        ('kind', models.CharField(choices=[('approve', 'Approved'), ('reject', 'Rejected'), ('request_change', 'Requested a change'), ('dismiss_finding', 'Dismissed a finding')], max_length=16)),
                        ('finding', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='review_actions', to='audits.finding')),
                        ('reason', models.TextField()),
                    ],
                    options={
                        'ordering': ['created_at'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['approve', 'reject', 'request_change', 'dismiss_finding'])), name='review_action_known'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='review_action_has_reason'), models.CheckConstraint(condition=models.Q(('role__in', ['legal_reviewer', 'head_of_legal'])), name='review_role_known'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'dismiss_finding'), _negated=True), ('finding__isnull', False), _connector='OR'), name='dismissal_names_finding'), models.UniqueConstraint(condition=models.Q(('kind', 'approve')), fields=('case', 'actor'), name='one_approval_a_person')],
                    },
                ),
                migrations.CreateModel(
                    name='Comment',
                    fields=[
                        ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='comments', to='reviews.case')),
                        ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='comments', to=settings.AUTH_USER_MODEL)),
                        ('privileged', models.BooleanField(default=False)),
                        ('privilege', models.CharField(choices=[('none', 'Not privileged'), ('client', 'Attorney-client communication'), ('work_product', 'Attorney work product')], default='none', max_length=12)),
                        ('text', models.TextField()),
                    ],
                    options={
                        'ordering': ['created_at'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='comment_says_something'), models.CheckConstraint(condition=models.Q(('privilege__in', ['none', 'client', 'work_product'])), name='comment_privilege_known'), models.CheckConstraint(condition=models.Q(('privilege', 'none'), ('privileged', True), _connector='OR'), name='comment_labelled_is_for_the_legal_side')],
                    },
                ),
                migrations.CreateModel(
                    name='AccessLog',
                    fields=[
                        ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='accesses', to=settings.AUTH_USER_MODEL)),
                        ('asset', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='accesses', to='audits.asset')),
                        ('case', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='accesses', to='reviews.case')),
                    ],
                    options={
                        'indexes': [models.Index(fields=['asset', '-created_at'], name='access_by_asset'), models.Index(fields=['case', '-created_at'], name='access_by_case')],
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('asset__isnull', False), ('case__isnull', True)), models.Q(('asset__isnull', True), ('case__isnull', False)), _connector='OR'), name='access_to_one_thing')],
                    },
                ),
                migrations.CreateModel(
                    name='Hold',
                    fields=[
                        ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('production', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='holds', to='productions.production')),
                        ('case', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='holds', to='reviews.case')),
                        ('matter', models.CharField(max_length=200)),
                        ('reason', models.TextField()),
                        ('placed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('lifted_at', models.DateTimeField(null=True)),
                        ('lifted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('lift_reason', models.TextField(blank=True)),
                    ],
                    options={
                        'ordering': ['-created_at'],
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('case__isnull', True), ('production__isnull', False)), models.Q(('case__isnull', False), ('production__isnull', True)), _connector='OR'), name='hold_on_one_thing'), models.CheckConstraint(condition=models.Q(models.Q(('matter', ''), _negated=True), models.Q(('reason', ''), _negated=True)), name='hold_says_why'), models.CheckConstraint(condition=models.Q(models.Q(('lift_reason', ''), ('lifted_at__isnull', True), ('lifted_by__isnull', True)), models.Q(('lifted_at__isnull', False), ('lifted_by__isnull', False), models.Q(('lift_reason', ''), _negated=True)), _connector='OR'), name='hold_lifted_by_somebody_for_a_reason')],
                    },
                ),
                migrations.CreateModel(
                    name='CaseReader',
                    fields=[
                        ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='readers', to='reviews.case')),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('added_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('case', 'user'), name='case_reader_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Override',
                    fields=[
                        ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='overrides', to='reviews.case')),
                        ('decision', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='overrides', to='audits.decision')),
                        ('asset', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='overrides', to='audits.asset')),
                        ('checks', models.JSONField()),
                        ('facts_sha256', django_site.records.Sha256Field(max_length=64)),
                        ('bundle_sha256', django_site.records.Sha256Field(max_length=64)),
                        ('requested_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('reason', models.TextField()),
                        ('evidence', models.TextField()),
                        ('approvers_needed', models.PositiveSmallIntegerField(default=2)),
                        ('expires_at', models.DateTimeField()),
                        ('state', models.CharField(choices=[('requested', 'Asked for'), ('in_force', 'In force'), ('declined', 'Declined'), ('withdrawn', 'Taken back'), ('expired', 'Expired'), ('void', 'Void')], default='requested', max_length=10)),
                        ('ended_because', models.TextField(blank=True)),
                        ('decided_at', models.DateTimeField(null=True)),
                    ],
                    options={
                        'ordering': ['-created_at'],
                        'indexes': [models.Index(fields=['asset', 'state'], name='override_by_asset'), models.Index(fields=['state', 'expires_at'], name='override_by_expiry')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['requested', 'in_force', 'declined', 'withdrawn', 'expired', 'void'])), name='override_state_known'), models.CheckConstraint(condition=models.Q(('facts_sha256__regex', '^[0-9a-f]{64}$')), name='override_facts_sha256'), models.CheckConstraint(condition=models.Q(('bundle_sha256__regex', '^[0-9a-f]{64}$')), name='override_bundle_sha256'), models.CheckConstraint(condition=models.Q(('checks', []), _negated=True), name='override_sets_something_aside'), models.CheckConstraint(condition=models.Q(models.Q(('reason', ''), _negated=True), models.Q(('evidence', ''), _negated=True)), name='override_has_reason_and_evidence'), models.CheckConstraint(condition=models.Q(('approvers_needed__gte', 2)), name='override_needs_two_people'), models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('created_at'))), name='override_expires'), models.CheckConstraint(condition=models.Q(('state__in', ['requested', 'in_force']), models.Q(('ended_because', ''), _negated=True), _connector='OR'), name='override_end_has_reason'), models.CheckConstraint(condition=models.Q(('state', 'requested'), ('decided_at__isnull', False), _connector='OR'), name='override_decided_has_time'), models.UniqueConstraint(condition=models.Q(('state__in', ['requested', 'in_force'])), fields=('decision',), name='one_override_a_decision')],
                    },
                ),
                migrations.CreateModel(
                    name='OverrideApproval',
                    fields=[
                        ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('override', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='approvals', to='reviews.override')),
                        ('actor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('role', models.CharField(max_length=20)),
                        ('reason', models.TextField()),
                    ],
                    options={
                        'ordering': ['created_at'],
                        'constraints': [models.UniqueConstraint(fields=('override', 'actor'), name='one_agreement_a_person'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='override_approval_has_reason')],
                    },
                ),
                migrations.CreateModel(
                    name='Assignment',
                    fields=[
                        ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assignments', to='reviews.case')),
                        ('to', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assignments', to=settings.AUTH_USER_MODEL)),
                        ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('note', models.CharField(blank=True, max_length=300)),
                        ('ended_at', models.DateTimeField(null=True)),
                    ],
                    options={
                        'ordering': ['-created_at'],
                        'indexes': [models.Index(fields=['to', 'ended_at'], name='assignment_of_person')],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('case',), name='one_assignment_a_case')],
                    },
                ),
                migrations.CreateModel(
                    name='ServiceLevel',
                    fields=[
                        ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='service_levels', to='accounts.organisation')),
                        ('kind', models.CharField(choices=[('clearance', 'May it be shown?'), ('withdrawal', 'May it stay out?')], max_length=10)),
                        ('band', models.CharField(choices=[('low', 'Nothing found'), ('judgement', 'Needs judgement'), ('out', 'A film that is out')], max_length=10)),
                        ('hours', models.PositiveIntegerField()),
                        ('set_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('organisation', 'kind', 'band'), name='service_level_once'), models.CheckConstraint(condition=models.Q(('hours__gte', 1), ('hours__lte', 2160)), name='service_level_hours'), models.CheckConstraint(condition=models.Q(('kind__in', ['clearance', 'withdrawal'])), name='service_level_kind_known'), models.CheckConstraint(condition=models.Q(('band__in', ['low', 'judgement', 'out'])), name='service_level_band_known')],
                    },
                ),
                migrations.CreateModel(
                    name='SavedFilter',
                    fields=[
                        ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='saved_filters', to=settings.AUTH_USER_MODEL)),
                        ('name', models.CharField(max_length=60)),
                        ('query', models.JSONField(default=dict)),
                        ('is_default', models.BooleanField(default=False)),
                    ],
                    options={
                        'ordering': ['name'],
                        'constraints': [models.UniqueConstraint(fields=('user', 'name'), name='saved_filter_name_once'), models.UniqueConstraint(condition=models.Q(('is_default', True)), fields=('user',), name='one_default_filter'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='saved_filter_named')],
                    },
                ),
                migrations.CreateModel(
                    name='ChangeRequest',
                    fields=[
                        ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='change_requests', to='reviews.case')),
                        ('requested_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('policy', models.CharField(blank=True, max_length=80)),
                        ('check_id', models.CharField(blank=True, max_length=60)),
                        ('item', models.CharField(blank=True, max_length=60)),
                        ('plain', models.TextField(blank=True)),
                        ('remedy', models.TextField()),
                        ('who_can_fix', models.CharField(blank=True, max_length=100)),
                        ('state', models.CharField(choices=[('open', 'To be done'), ('answered', 'Answered'), ('met', 'Met'), ('dropped', 'No longer asked')], default='open', max_length=10)),
                        ('answer', models.TextField(blank=True)),
                        ('answered_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('answered_at', models.DateTimeField(null=True)),
                        ('met_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='audits.decision')),
                        ('closed_at', models.DateTimeField(null=True)),
                    ],
                    options={
                        'ordering': ['created_at'],
                        'indexes': [models.Index(fields=['state', 'case'], name='change_request_open')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['open', 'answered', 'met', 'dropped'])), name='change_request_state_known'), models.CheckConstraint(condition=models.Q(('remedy', ''), _negated=True), name='change_request_says_what'), models.CheckConstraint(condition=models.Q(models.Q(('check_id', ''), ('policy', '')), models.Q(models.Q(('policy', ''), _negated=True), models.Q(('check_id', ''), _negated=True), models.Q(('plain', ''), _negated=True)), _connector='OR'), name='change_request_names_a_check_whole'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'answered'), _negated=True), models.Q(models.Q(('answer', ''), _negated=True), ('answered_at__isnull', False), ('answered_by__isnull', False)), _connector='OR'), name='change_request_answer_whole'), models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('state__in', ['open', 'answered'])), models.Q(('closed_at__isnull', False), ('state__in', ['met', 'dropped'])), _connector='OR'), name='change_request_closed_has_time'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'met'), _negated=True), ('met_by__isnull', False), _connector='OR'), name='change_request_met_by_a_decision')],
                    },
                ),
            ],
        ),
    ]
