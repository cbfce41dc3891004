import django.db.models.deletion
import django.utils.timezone
import django_site.ids
import django_site.tables
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_people'),
        ('audits', '0002_audits_and_decisions'),
        ('likeness', '0001_grants'),
        ('productions', '0001_films'),
    ]

    operations = [
        django_site.tables.CreateModels(
            models=[
                migrations.CreateModel(
                    name='UseApproval',
                    fields=[
                        ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('subject', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='approvals', to='likeness.subject')),
                        ('grant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='approvals', to='likeness.consentgrant')),
                        ('production', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='use_approvals', to='productions.production')),
                        ('scene', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='use_approvals', to='productions.scene')),
                        ('shot', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='use_approvals', to='productions.shot')),
                        ('character', models.CharField(blank=True, max_length=200)),
                        ('description', models.TextField()),
                        ('state', models.CharField(choices=[('requested', 'Asked'), ('approved', 'Approved'), ('declined', 'Declined'), ('withdrawn', 'Taken back')], default='requested', max_length=10)),
                        ('requested_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('decided_at', models.DateTimeField(blank=True, null=True)),
                        ('reason', models.TextField(blank=True)),
                    ],
                    options={
                        'ordering': ['-created_at'],
                        'indexes': [models.Index(fields=['production', 'subject', 'state'], name='approval_by_production')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['requested', 'approved', 'declined', 'withdrawn'])), name='approval_state_known'), models.CheckConstraint(condition=models.Q(('description', ''), _negated=True), name='approval_says_what'), models.CheckConstraint(condition=models.Q(('scene__isnull', True), ('shot__isnull', True), _connector='OR'), name='approval_of_scene_or_shot'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by__isnull', True), ('state', 'requested')), models.Q(models.Q(('state', 'requested'), _negated=True), ('decided_at__isnull', False), ('decided_by__isnull', False)), _connector='OR'), name='approval_decided_by_somebody'), models.CheckConstraint(condition=models.Q(('decided_by__isnull', True), models.Q(('decided_by', models.F('requested_by')), _negated=True), _connector='OR'), name='approval_not_by_requester')],
                    },
                ),
                migrations.CreateModel(
                    name='UseEvent',
                    fields=[
                        ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('subject', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='uses', to='likeness.subject')),
                        ('grant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='uses', to='likeness.consentgrant')),
                        ('production', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='likeness_uses', to='productions.production')),
                        ('take', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='likeness_uses', to='productions.take')),
                        ('cut', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='likeness_uses', to='productions.cut')),
                        ('kind', models.CharField(choices=[('render', 'Rendered'), ('release', 'Released'), ('train', 'Trained on')], max_length=8)),
                        ('what', models.CharField(blank=True, max_length=200)),
                        ('seconds', models.DecimalField(decimal_places=3, max_digits=12)),
                        ('spans', models.JSONField(default=list)),
                        ('territories', models.JSONField(default=list)),
                    ],
                    options={
                        'ordering': ['-created_at'],
                        'indexes': [models.Index(fields=['subject', '-created_at'], name='use_by_subject')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['render', 'release', 'train'])), name='use_kind_known'), models.CheckConstraint(condition=models.Q(models.Q(('cut__isnull', True), ('kind', 'render'), ('take__isnull', False)), models.Q(('cut__isnull', False), ('kind', 'release'), ('take__isnull', True)), models.Q(('cut__isnull', True), ('kind', 'train'), ('take__isnull', True), models.Q(('what', ''), _negated=True)), _connector='OR'), name='use_of_one_thing'), models.UniqueConstraint(fields=('grant', 'take'), name='use_once_a_take'), models.UniqueConstraint(fields=('grant', 'cut'), name='use_once_a_cut'), models.CheckConstraint(condition=models.Q(('seconds__gte', 0)), name='use_seconds')],
                    },
                ),
                migrations.CreateModel(
                    name='Claim',
                    fields=[
                        ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('subject', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='claims', to='likeness.subject')),
                        ('grant', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='claims', to='likeness.consentgrant')),
                        ('use', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='claims', to='likeness.useevent')),
                        ('finding', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='claims', to='audits.finding')),
                        ('production', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='claims', to='productions.production')),
                        ('kind', models.CharField(choices=[('not_agreed', 'I never agreed to this use'), ('beyond', 'It goes beyond what I agreed to'), ('unpaid', 'I was not paid for it'), ('mistaken', 'That is not me'), ('other', 'Something else')], max_length=12)),
                        ('text', models.TextField()),
                        ('wanted', models.TextField(blank=True)),
                        ('state', models.CharField(choices=[('open', 'Open'), ('upheld', 'Upheld'), ('rejected', 'Rejected'), ('taken_back', 'Taken back')], default='open', max_length=10)),
                        ('raised_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('due_at', models.DateTimeField()),
                        ('answer', models.TextField(blank=True)),
                        ('answered_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('answered_at', models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        'ordering': ['-created_at'],
                        'indexes': [models.Index(fields=['state', 'due_at'], name='claim_by_due')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['not_agreed', 'beyond', 'unpaid', 'mistaken', 'other'])), name='claim_kind_known'), models.CheckConstraint(condition=models.Q(('state__in', ['open', 'upheld', 'rejected', 'taken_back'])), name='claim_state_known'), models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='claim_says_what'), models.CheckConstraint(condition=models.Q(models.Q(('answered_at__isnull', True), ('state', 'open')), models.Q(models.Q(('state', 'open'), _negated=True), ('answered_at__isnull', False), ('answered_by__isnull', False)), _connector='OR'), name='claim_closed_by_somebody'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['upheld', 'rejected']), _negated=True), models.Q(models.Q(('answer', ''), _negated=True), models.Q(('answered_by', models.F('raised_by')), _negated=True)), _connector='OR'), name='claim_answered_with_reasons_by_another')],
                    },
                ),
                migrations.CreateModel(
                    name='CompensationEntry',
                    fields=[
                        ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('subject', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='compensation', to='likeness.subject')),
                        ('grant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='compensation', to='likeness.consentgrant')),
                        ('use', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='compensation', to='likeness.useevent')),
                        ('production', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='compensation', to='productions.production')),
                        ('kind', models.CharField(choices=[('scan', 'Scan'), ('use', 'Use'), ('residual', 'Residual'), ('correction', 'Correction'), ('payment', 'Payment')], max_length=10)),
                        ('amount', models.DecimalField(decimal_places=2, max_digits=14)),
                        ('currency', models.CharField(max_length=3)),
                        ('basis', models.CharField(max_length=500)),
                        ('key', models.CharField(max_length=200, unique=True)),
                        ('entered_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'ordering': ['created_at', 'id'],
                        'indexes': [models.Index(fields=['subject', 'created_at'], name='compensation_by_subject'), models.Index(fields=['production', 'created_at'], name='compensation_by_production')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['scan', 'use', 'residual', 'correction', 'payment'])), name='compensation_kind_known'), models.CheckConstraint(condition=models.Q(('currency__regex', '^[A-Z]{3}$')), name='compensation_currency'), models.CheckConstraint(condition=models.Q(('basis', ''), _negated=True), name='compensation_has_basis'), models.CheckConstraint(condition=models.Q(models.Q(('amount__lt', 0), ('kind', 'payment')), ('kind', 'correction'), models.Q(('amount__gte', 0), ('kind__in', ['scan', 'use', 'residual'])), _connector='OR'), name='compensation_sign')],
                    },
                ),
            ],
        ),
    ]
