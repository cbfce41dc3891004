"""The registry as a whole: representatives, signatures, approvals, claims, compensation."""

import django.db.models.deletion
import django.utils.timezone
import django_site.ids
import django_site.records
from django.conf import settings
from django.db import migrations, models

from django_site.triggers import TriggersAside


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('audits', '0006_voices'),
        ('likeness', '0003_keys_leave_the_database'),
        ('productions', '0004_likeness_declared'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [TriggersAside([
        migrations.CreateModel(
            name='Claim',
            fields=[
                ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('kind', models.CharField(choices=[('not_agreed', 'I never agreed to this use'), ('beyond', 'It goes beyond what I agreed to'), ('unpaid', 'I was not paid for it'), ('mistaken', 'That is not me'), ('other', 'Something else')], max_length=12)),
                ('text', models.TextField()),
                ('wanted', models.TextField(blank=True)),
                ('state', models.CharField(choices=[('open', 'Open'), ('upheld', 'Upheld'), ('rejected', 'Rejected'), ('taken_back', 'Taken back')], default='open', max_length=10)),
                ('due_at', models.DateTimeField()),
                ('answer', models.TextField(blank=True)),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['-created_at'],
            },
        ),
        migrations.CreateModel(
            name='CompensationEntry',
            fields=[
                ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('kind', models.CharField(choices=[('scan', 'Scan'), ('use', 'Use'), ('residual', 'Residual'), ('correction', 'Correction'), ('payment', 'Payment')], max_length=10)),
                ('amount', models.DecimalField(decimal_places=2, max_digits=14)),
                ('currency', models.CharField(max_length=3)),
                ('basis', models.CharField(max_length=500)),
                ('key', models.CharField(max_length=200, unique=True)),
            ],
            options={
                'ordering': ['created_at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='CustodyEvent',
            fields=[
                ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('asset_sha256', django_site.records.Sha256Field(max_length=64)),
                ('act', models.CharField(choices=[('received', 'Received'), ('measured', 'Measured'), ('viewed', 'Looked at'), ('exported', 'Exported'), ('destroyed', 'Destroyed')], max_length=10)),
                ('note', models.CharField(blank=True, max_length=500)),
            ],
            options={
                'ordering': ['created_at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='GrantChange',
            fields=[
                ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('came_from', models.CharField(blank=True, max_length=12)),
                ('to', models.CharField(choices=[('drafted', 'Drafted'), ('noticed', 'Offered'), ('signed', 'Signed, not begun'), ('active', 'In force'), ('suspended', 'Suspended'), ('disputed', 'Disputed'), ('amended', 'Replaced by a newer version'), ('expired', 'Expired'), ('declined', 'Declined'), ('withdrawn', 'Withdrawn'), ('revoked', 'Given up'), ('transferred', 'Passed to the estate')], max_length=12)),
                ('reason', models.TextField(blank=True)),
            ],
            options={
                'ordering': ['created_at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='GrantSignature',
            fields=[
                ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('role', models.CharField(choices=[('self', 'The person'), ('guardian', 'Guardian'), ('estate', 'Estate'), ('agent', 'Agent with power to sign')], max_length=10)),
                ('text_sha256', django_site.records.Sha256Field(max_length=64)),
                ('shown_sha256', django_site.records.Sha256Field(max_length=64)),
                ('address', models.GenericIPAddressField(null=True)),
                ('user_agent', models.CharField(blank=True, max_length=300)),
                ('authenticated_by', models.CharField(max_length=40)),
                ('conspicuous', models.BooleanField(default=True)),
            ],
        ),
        migrations.CreateModel(
            name='Representative',
            fields=[
                ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('kind', models.CharField(choices=[('guardian', 'Guardian'), ('estate', 'Estate'), ('agent', 'Agent'), ('counsel', 'Counsel'), ('union', 'Union')], max_length=10)),
                ('proof_kind', models.CharField(blank=True, max_length=200)),
                ('proof_checked_at', models.DateTimeField(blank=True, null=True)),
                ('may_sign', models.BooleanField(default=False)),
                ('may_stop', models.BooleanField(default=True)),
                ('starts_on', models.DateField()),
                ('ends_on', models.DateField(blank=True, null=True)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('ended_reason', models.CharField(blank=True, max_length=500)),
            ],
        ),
        migrations.CreateModel(
            name='RetentionRun',
            fields=[
                ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('destroyed', models.JSONField(default=list)),
                ('templates', models.PositiveIntegerField()),
                ('originals', models.PositiveIntegerField(default=0)),
                ('upcoming', models.JSONField(default=list)),
                ('failed', models.JSONField(default=list)),
            ],
            options={
                'ordering': ['-created_at'],
            },
        ),
        migrations.CreateModel(
            name='Strike',
            fields=[
                ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('union', models.CharField(max_length=100)),
                ('reason', models.TextField()),
                ('began_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='UseApproval',
            fields=[
                ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('character', models.CharField(blank=True, max_length=200)),
                ('description', models.TextField()),
                ('state', models.CharField(choices=[('requested', 'Asked'), ('approved', 'Approved'), ('declined', 'Declined'), ('withdrawn', 'Taken back')], default='requested', max_length=10)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('reason', models.TextField(blank=True)),
            ],
            options={
                'ordering': ['-created_at'],
            },
        ),
        migrations.RemoveConstraint(
            model_name='biometricconsent',
            name='one_standing_biometric_consent',
        ),
        migrations.RemoveConstraint(
            model_name='consentgrant',
            name='grant_state_known',
        ),
        migrations.RemoveConstraint(
            model_name='consentgrant',
            name='grant_signed_before_active',
        ),
        migrations.RemoveConstraint(
            model_name='consentgrant',
            name='grant_stop_has_reason',
        ),
        migrations.RemoveConstraint(
            model_name='likenessasset',
            name='likeness_asset_once',
        ),
        migrations.RemoveConstraint(
            model_name='likenessasset',
            name='likeness_modality_known',
        ),
        migrations.RemoveConstraint(
            model_name='subjectkey',
            name='subject_key_held_or_destroyed',
        ),
        migrations.RemoveConstraint(
            model_name='useevent',
            name='use_kind_known',
        ),
        migrations.RemoveConstraint(
            model_name='useevent',
            name='use_of_one_thing',
        ),
        migrations.AddField(
            model_name='biometricconsent',
            name='given_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='biometricconsent',
            name='modality',
            field=models.CharField(choices=[('face', 'Face'), ('voice', 'Voice'), ('body', 'Body'), ('motion', 'Motion')], default='face', max_length=8),
        ),
        migrations.AddField(
            model_name='biometrictemplate',
            name='modality',
            field=models.CharField(choices=[('face', 'Face'), ('voice', 'Voice'), ('body', 'Body'), ('motion', 'Motion')], default='face', max_length=8),
        ),
        migrations.AddField(
            model_name='consentgrant',
            name='may_sign_from',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='consentgrant',
            name='offered_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='consentgrant',
            name='shown_sha256',
            field=django_site.records.Sha256Field(blank=True, max_length=64),
        ),
        migrations.AddField(
            model_name='consentgrant',
            name='summary',
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name='subject',
            name='died_on',
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='subject',
            name='identity_method',
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name='subject',
            name='identity_verified_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='subject',
            name='identity_verified_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='subject',
            name='of_age_on',
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='useevent',
            name='spans',
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name='useevent',
            name='territories',
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name='useevent',
            name='what',
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AlterField(
            model_name='consentgrant',
            name='state',
            field=models.CharField(choices=[('drafted', 'Drafted'), ('noticed', 'Offered'), ('signed', 'Signed, not begun'), ('active', 'In force'), ('suspended', 'Suspended'), ('disputed', 'Disputed'), ('amended', 'Replaced by a newer version'), ('expired', 'Expired'), ('declined', 'Declined'), ('withdrawn', 'Withdrawn'), ('revoked', 'Given up'), ('transferred', 'Passed to the estate')], default='drafted', max_length=12),
        ),
        migrations.AlterField(
            model_name='likenessasset',
            name='modality',
            field=models.CharField(choices=[('face', 'Face'), ('voice', 'Voice'), ('body', 'Body'), ('motion', 'Motion')], default='face', max_length=8),
        ),
        migrations.AlterField(
            model_name='subjectkey',
            name='subject',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='keys', to='likeness.subject'),
        ),
        migrations.AlterField(
            model_name='useevent',
            name='kind',
            field=models.CharField(choices=[('render', 'Rendered'), ('release', 'Released'), ('train', 'Trained on')], max_length=8),
        ),
        migrations.AddIndex(
            model_name='biometrictemplate',
            index=models.Index(fields=['destroy_by'], name='template_by_destruction'),
        ),
        migrations.AddIndex(
            model_name='subject',
            index=models.Index(fields=['legal_name', 'id'], name='subject_by_name'),
        ),
        migrations.AddIndex(
            model_name='subject',
            index=models.Index(fields=['union'], name='subject_by_union'),
        ),
        migrations.AddIndex(
            model_name='useevent',
            index=models.Index(fields=['subject', '-created_at'], name='use_by_subject'),
        ),
        migrations.AddConstraint(
            model_name='biometricconsent',
            constraint=models.CheckConstraint(condition=models.Q(('modality__in', ['face', 'voice'])), name='biometric_consent_modality_measured'),
        ),
        migrations.AddConstraint(
            model_name='biometricconsent',
            constraint=models.UniqueConstraint(condition=models.Q(('withdrawn_at__isnull', True)), fields=('subject', 'modality', 'purpose'), name='one_standing_biometric_consent'),
        ),
        migrations.AddConstraint(
            model_name='biometrictemplate',
            constraint=models.CheckConstraint(condition=models.Q(('modality__in', ['face', 'voice'])), name='template_modality_measured'),
        ),
        migrations.AddConstraint(
            model_name='likenessasset',
            constraint=models.UniqueConstraint(fields=('subject', 'asset', 'modality'), name='likeness_asset_once'),
        ),
        migrations.AddConstraint(
            model_name='likenessasset',
            constraint=models.CheckConstraint(condition=models.Q(('modality__in', ['face', 'voice', 'body', 'motion'])), name='likeness_modality_known'),
        ),
        migrations.AddConstraint(
            model_name='subject',
            constraint=models.CheckConstraint(condition=models.Q(('died_on__isnull', True), ('living', 'deceased'), _connector='OR'), name='subject_died_if_deceased'),
        ),
        migrations.AddConstraint(
            model_name='subject',
            constraint=models.CheckConstraint(condition=models.Q(('identity_verified_at__isnull', True), models.Q(('identity_verified_by__isnull', False), models.Q(('identity_method', ''), _negated=True)), _connector='OR'), name='subject_identity_verified_how'),
        ),
        migrations.AddConstraint(
            model_name='subjectkey',
            constraint=models.UniqueConstraint(condition=models.Q(('destroyed_at__isnull', True)), fields=('subject',), name='one_key_of_a_subject'),
        ),
        migrations.AddConstraint(
            model_name='useevent',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['render', 'release', 'train'])), name='use_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='useevent',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('cut__isnull', True), ('kind', 'render'), ('take__isnull', False)), models.Q(('cut__isnull', False), ('kind', 'release'), ('take__isnull', True)), models.Q(('cut__isnull', True), ('kind', 'train'), ('take__isnull', True), models.Q(('what', ''), _negated=True)), _connector='OR'), name='use_of_one_thing'),
        ),
        migrations.AddField(
            model_name='claim',
            name='answered_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='claim',
            name='finding',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='claims', to='audits.finding'),
        ),
        migrations.AddField(
            model_name='claim',
            name='grant',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='claims', to='likeness.consentgrant'),
        ),
        migrations.AddField(
            model_name='claim',
            name='production',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='claims', to='productions.production'),
        ),
        migrations.AddField(
            model_name='claim',
            name='raised_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='claim',
            name='subject',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='claims', to='likeness.subject'),
        ),
        migrations.AddField(
            model_name='claim',
            name='use',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='claims', to='likeness.useevent'),
        ),
        migrations.AddField(
            model_name='compensationentry',
            name='entered_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='compensationentry',
            name='grant',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='compensation', to='likeness.consentgrant'),
        ),
        migrations.AddField(
            model_name='compensationentry',
            name='production',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='compensation', to='productions.production'),
        ),
        migrations.AddField(
            model_name='compensationentry',
            name='subject',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='compensation', to='likeness.subject'),
        ),
        migrations.AddField(
            model_name='compensationentry',
            name='use',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='compensation', to='likeness.useevent'),
        ),
        migrations.AddField(
            model_name='custodyevent',
            name='actor',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='custodyevent',
            name='subject',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='custody', to='likeness.subject'),
        ),
        migrations.AddField(
            model_name='grantchange',
            name='by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='grantchange',
            name='grant',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='likeness.consentgrant'),
        ),
        migrations.AddField(
            model_name='grantsignature',
            name='grant',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='signature', to='likeness.consentgrant'),
        ),
        migrations.AddField(
            model_name='grantsignature',
            name='signed_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='representative',
            name='proof',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='audits.asset'),
        ),
        migrations.AddField(
            model_name='representative',
            name='proof_checked_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='representative',
            name='subject',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='representatives', to='likeness.subject'),
        ),
        migrations.AddField(
            model_name='representative',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='represents', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='grantsignature',
            name='representative',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='signatures', to='likeness.representative'),
        ),
        migrations.AddField(
            model_name='strike',
            name='declared_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='strike',
            name='ended_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='consentgrant',
            name='strike',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='grants', to='likeness.strike'),
        ),
        migrations.AddIndex(
            model_name='consentgrant',
            index=models.Index(fields=['subject', 'state'], name='grant_by_subject'),
        ),
        migrations.AddIndex(
            model_name='consentgrant',
            index=models.Index(fields=['state', 'ends'], name='grant_by_end'),
        ),
        migrations.AddConstraint(
            model_name='consentgrant',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['drafted', 'noticed', 'signed', 'active', 'suspended', 'disputed', 'amended', 'expired', 'declined', 'withdrawn', 'revoked', 'transferred'])), name='grant_state_known'),
        ),
        migrations.AddConstraint(
            model_name='consentgrant',
            constraint=models.CheckConstraint(condition=models.Q(('shown_sha256__regex', '^[0-9a-f]{64}$'), ('shown_sha256', ''), _connector='OR'), name='grant_shown_sha256'),
        ),
        migrations.AddConstraint(
            model_name='consentgrant',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['drafted', 'noticed', 'declined', 'withdrawn', 'revoked']), models.Q(('signed_at__isnull', False), ('signed_by__isnull', False)), _connector='OR'), name='grant_signed_before_active'),
        ),
        migrations.AddConstraint(
            model_name='consentgrant',
            constraint=models.CheckConstraint(condition=models.Q(('signed_at__isnull', True), ('may_sign_from__isnull', True), ('signed_at__gte', models.F('may_sign_from')), _connector='OR'), name='grant_signed_after_notice'),
        ),
        migrations.AddConstraint(
            model_name='consentgrant',
            constraint=models.CheckConstraint(condition=models.Q(('may_sign_from__isnull', True), models.Q(('may_sign_from__gte', models.F('noticed_at')), ('noticed_at__isnull', False)), _connector='OR'), name='grant_notice_order'),
        ),
        migrations.AddConstraint(
            model_name='consentgrant',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['suspended', 'disputed', 'withdrawn', 'revoked', 'declined', 'transferred']), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='grant_stop_has_reason'),
        ),
        migrations.AddConstraint(
            model_name='consentgrant',
            constraint=models.CheckConstraint(condition=models.Q(('strike__isnull', True), ('state', 'suspended'), _connector='OR'), name='grant_strike_suspends'),
        ),
        migrations.AddField(
            model_name='useapproval',
            name='decided_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='useapproval',
            name='grant',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='approvals', to='likeness.consentgrant'),
        ),
        migrations.AddField(
            model_name='useapproval',
            name='production',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='use_approvals', to='productions.production'),
        ),
        migrations.AddField(
            model_name='useapproval',
            name='requested_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='useapproval',
            name='scene',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='use_approvals', to='productions.scene'),
        ),
        migrations.AddField(
            model_name='useapproval',
            name='shot',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='use_approvals', to='productions.shot'),
        ),
        migrations.AddField(
            model_name='useapproval',
            name='subject',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='approvals', to='likeness.subject'),
        ),
        migrations.RemoveField(
            model_name='subjectkey',
            name='wrapped',
        ),
        migrations.AddIndex(
            model_name='claim',
            index=models.Index(fields=['state', 'due_at'], name='claim_by_due'),
        ),
        migrations.AddConstraint(
            model_name='claim',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['not_agreed', 'beyond', 'unpaid', 'mistaken', 'other'])), name='claim_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='claim',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['open', 'upheld', 'rejected', 'taken_back'])), name='claim_state_known'),
        ),
        migrations.AddConstraint(
            model_name='claim',
            constraint=models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='claim_says_what'),
        ),
        migrations.AddConstraint(
            model_name='claim',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('answered_at__isnull', True), ('state', 'open')), models.Q(models.Q(('state', 'open'), _negated=True), ('answered_at__isnull', False), ('answered_by__isnull', False)), _connector='OR'), name='claim_closed_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='claim',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['upheld', 'rejected']), _negated=True), models.Q(models.Q(('answer', ''), _negated=True), models.Q(('answered_by', models.F('raised_by')), _negated=True)), _connector='OR'), name='claim_answered_with_reasons_by_another'),
        ),
        migrations.AddIndex(
            model_name='compensationentry',
            index=models.Index(fields=['subject', 'created_at'], name='compensation_by_subject'),
        ),
        migrations.AddIndex(
            model_name='compensationentry',
            index=models.Index(fields=['production', 'created_at'], name='compensation_by_production'),
        ),
        migrations.AddConstraint(
            model_name='compensationentry',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['scan', 'use', 'residual', 'correction', 'payment'])), name='compensation_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='compensationentry',
            constraint=models.CheckConstraint(condition=models.Q(('currency__regex', '^[A-Z]{3}$')), name='compensation_currency'),
        ),
        migrations.AddConstraint(
            model_name='compensationentry',
            constraint=models.CheckConstraint(condition=models.Q(('basis', ''), _negated=True), name='compensation_has_basis'),
        ),
        migrations.AddConstraint(
            model_name='compensationentry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('amount__lt', 0), ('kind', 'payment')), ('kind', 'correction'), models.Q(('amount__gte', 0), ('kind__in', ['scan', 'use', 'residual'])), _connector='OR'), name='compensation_sign'),
        ),
        migrations.AddIndex(
            model_name='custodyevent',
            index=models.Index(fields=['subject', 'created_at'], name='custody_by_subject'),
        ),
        migrations.AddConstraint(
            model_name='custodyevent',
            constraint=models.CheckConstraint(condition=models.Q(('act__in', ['received', 'measured', 'viewed', 'exported', 'destroyed'])), name='custody_act_known'),
        ),
        migrations.AddConstraint(
            model_name='custodyevent',
            constraint=models.CheckConstraint(condition=models.Q(('asset_sha256__regex', '^[0-9a-f]{64}$')), name='custody_asset_sha256'),
        ),
        migrations.AddConstraint(
            model_name='grantchange',
            constraint=models.CheckConstraint(condition=models.Q(('to__in', ['drafted', 'noticed', 'signed', 'active', 'suspended', 'disputed', 'amended', 'expired', 'declined', 'withdrawn', 'revoked', 'transferred'])), name='grant_change_known'),
        ),
        migrations.AddIndex(
            model_name='representative',
            index=models.Index(fields=['user', 'ended_at'], name='representative_by_user'),
        ),
        migrations.AddConstraint(
            model_name='representative',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['guardian', 'estate', 'agent', 'counsel', 'union'])), name='representative_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='representative',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('subject', 'user', 'kind'), name='representative_once'),
        ),
        migrations.AddConstraint(
            model_name='representative',
            constraint=models.CheckConstraint(condition=models.Q(('proof_checked_at__isnull', True), models.Q(('proof__isnull', False), ('proof_checked_by__isnull', False), models.Q(('proof_kind', ''), _negated=True)), _connector='OR'), name='representative_checked_with_proof'),
        ),
        migrations.AddConstraint(
            model_name='representative',
            constraint=models.CheckConstraint(condition=models.Q(('proof_checked_by__isnull', True), models.Q(('proof_checked_by', models.F('user')), _negated=True), _connector='OR'), name='representative_not_checked_by_themselves'),
        ),
        migrations.AddConstraint(
            model_name='representative',
            constraint=models.CheckConstraint(condition=models.Q(('ends_on__isnull', True), ('ends_on__gt', models.F('starts_on')), _connector='OR'), name='representative_term'),
        ),
        migrations.AddConstraint(
            model_name='representative',
            constraint=models.CheckConstraint(condition=models.Q(('ended_at__isnull', True), models.Q(('ended_reason', ''), _negated=True), _connector='OR'), name='representative_end_has_reason'),
        ),
        migrations.AddConstraint(
            model_name='grantsignature',
            constraint=models.CheckConstraint(condition=models.Q(('role__in', ['self', 'guardian', 'estate', 'agent'])), name='signature_role_known'),
        ),
        migrations.AddConstraint(
            model_name='grantsignature',
            constraint=models.CheckConstraint(condition=models.Q(('text_sha256__regex', '^[0-9a-f]{64}$')), name='signature_text_sha256'),
        ),
        migrations.AddConstraint(
            model_name='grantsignature',
            constraint=models.CheckConstraint(condition=models.Q(('shown_sha256__regex', '^[0-9a-f]{64}$')), name='signature_shown_sha256'),
        ),
        migrations.AddConstraint(
            model_name='grantsignature',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('representative__isnull', True), ('role', 'self')), models.Q(models.Q(('role', 'self'), _negated=True), ('representative__isnull', False)), _connector='OR'), name='signature_representative_if_not_self'),
        ),
        migrations.AddConstraint(
            model_name='strike',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('union',), name='one_standing_strike'),
        ),
        migrations.AddConstraint(
            model_name='strike',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('union', ''), _negated=True), models.Q(('reason', ''), _negated=True)), name='strike_says_whose'),
        ),
        migrations.AddConstraint(
            model_name='strike',
            constraint=models.CheckConstraint(condition=models.Q(('ended_at__isnull', True), models.Q(('ended_at__gte', models.F('began_at')), ('ended_by__isnull', False)), _connector='OR'), name='strike_order'),
        ),
        migrations.AddIndex(
            model_name='useapproval',
            index=models.Index(fields=['production', 'subject', 'state'], name='approval_by_production'),
        ),
        migrations.AddConstraint(
            model_name='useapproval',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['requested', 'approved', 'declined', 'withdrawn'])), name='approval_state_known'),
        ),
        migrations.AddConstraint(
            model_name='useapproval',
            constraint=models.CheckConstraint(condition=models.Q(('description', ''), _negated=True), name='approval_says_what'),
        ),
        migrations.AddConstraint(
            model_name='useapproval',
            constraint=models.CheckConstraint(condition=models.Q(('scene__isnull', True), ('shot__isnull', True), _connector='OR'), name='approval_of_scene_or_shot'),
        ),
        migrations.AddConstraint(
            model_name='useapproval',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by__isnull', True), ('state', 'requested')), models.Q(models.Q(('state', 'requested'), _negated=True), ('decided_at__isnull', False), ('decided_by__isnull', False)), _connector='OR'), name='approval_decided_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='useapproval',
            constraint=models.CheckConstraint(condition=models.Q(('decided_by__isnull', True), models.Q(('decided_by', models.F('requested_by')), _negated=True), _connector='OR'), name='approval_not_by_requester'),
        ),
    ])]
