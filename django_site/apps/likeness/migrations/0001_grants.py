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
    ]

    operations = [
        django_site.tables.CreateModels(
            models=[
                migrations.CreateModel(
                    name='Subject',
                    fields=[
                        ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='subjects', to='accounts.organisation')),
                        ('user', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='subject', to=settings.AUTH_USER_MODEL)),
                        ('legal_name', models.CharField(max_length=200)),
                        ('stage_name', models.CharField(blank=True, max_length=200)),
                        ('aliases', models.JSONField(blank=True, default=list)),
                        ('living', models.CharField(choices=[('living', 'Living'), ('deceased', 'Deceased'), ('minor', 'Minor')], default='living', max_length=10)),
                        ('of_age_on', models.DateField(blank=True, null=True)),
                        ('died_on', models.DateField(blank=True, null=True)),
                        ('union', models.CharField(blank=True, max_length=100)),
                        ('identity_method', models.CharField(blank=True, max_length=200)),
                        ('identity_verified_at', models.DateTimeField(blank=True, null=True)),
                        ('identity_verified_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'indexes': [models.Index(fields=['legal_name', 'id'], name='subject_by_name'), models.Index(fields=['union'], name='subject_by_union')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('living__in', ['living', 'deceased', 'minor'])), name='subject_living_known'), models.CheckConstraint(condition=models.Q(('legal_name', ''), _negated=True), name='subject_named'), models.CheckConstraint(condition=models.Q(('died_on__isnull', True), ('living', 'deceased'), _connector='OR'), name='subject_died_if_deceased'), models.CheckConstraint(condition=models.Q(('identity_verified_at__isnull', True), models.Q(('identity_verified_by__isnull', False), models.Q(('identity_method', ''), _negated=True)), _connector='OR'), name='subject_identity_verified_how')],
                    },
                ),
                migrations.CreateModel(
                    name='Representative',
                    fields=[
                        ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('subject', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='representatives', to='likeness.subject')),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='represents', to=settings.AUTH_USER_MODEL)),
                        ('kind', models.CharField(choices=[('guardian', 'Guardian'), ('estate', 'Estate'), ('agent', 'Agent'), ('counsel', 'Counsel'), ('union', 'Union')], max_length=10)),
                        ('proof_kind', models.CharField(blank=True, max_length=200)),
                        ('proof', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='audits.asset')),
                        ('proof_checked_at', models.DateTimeField(blank=True, null=True)),
                        ('proof_checked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('may_sign', models.BooleanField(default=False)),
                        ('may_stop', models.BooleanField(default=True)),
                        ('starts_on', models.DateField()),
                        ('ends_on', models.DateField(blank=True, null=True)),
                        ('ended_at', models.DateTimeField(blank=True, null=True)),
                        ('ended_reason', models.CharField(blank=True, max_length=500)),
                    ],
                    options={
                        'indexes': [models.Index(fields=['user', 'ended_at'], name='representative_by_user')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['guardian', 'estate', 'agent', 'counsel', 'union'])), name='representative_kind_known'), models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('subject', 'user', 'kind'), name='representative_once'), models.CheckConstraint(condition=models.Q(('proof_checked_at__isnull', True), models.Q(('proof__isnull', False), ('proof_checked_by__isnull', False), models.Q(('proof_kind', ''), _negated=True)), _connector='OR'), name='representative_checked_with_proof'), models.CheckConstraint(condition=models.Q(('proof_checked_by__isnull', True), models.Q(('proof_checked_by', models.F('user')), _negated=True), _connector='OR'), name='representative_not_checked_by_themselves'), models.CheckConstraint(condition=models.Q(('ends_on__isnull', True), ('ends_on__gt', models.F('starts_on')), _connector='OR'), name='representative_term'), models.CheckConstraint(condition=models.Q(('ended_at__isnull', True), models.Q(('ended_reason', ''), _negated=True), _connector='OR'), name='representative_end_has_reason')],
                    },
                ),
                migrations.CreateModel(
                    name='LikenessAsset',
                    fields=[
                        ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('subject', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='likeness_assets', to='likeness.subject')),
                        ('asset', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='likeness_assets', to='audits.asset')),
                        ('modality', models.CharField(choices=[('face', 'Face'), ('voice', 'Voice'), ('body', 'Body'), ('motion', 'Motion')], default='face', max_length=8)),
                        ('source', models.CharField(choices=[('scan', 'Scan'), ('footage', 'Footage'), ('independent', 'Independent picture')], max_length=12)),
                        ('business_reason', models.TextField()),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('subject', 'asset', 'modality'), name='likeness_asset_once'), models.CheckConstraint(condition=models.Q(('modality__in', ['face', 'voice', 'body', 'motion'])), name='likeness_modality_known'), models.CheckConstraint(condition=models.Q(('source__in', ['scan', 'footage', 'independent'])), name='likeness_source_known'), models.CheckConstraint(condition=models.Q(('business_reason', ''), _negated=True), name='likeness_asset_has_reason')],
                    },
                ),
                migrations.CreateModel(
                    name='CustodyEvent',
                    fields=[
                        ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('subject', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='custody', to='likeness.subject')),
                        ('asset_sha256', django_site.records.Sha256Field(max_length=64)),
                        ('act', models.CharField(choices=[('received', 'Received'), ('measured', 'Measured'), ('viewed', 'Looked at'), ('exported', 'Exported'), ('destroyed', 'Destroyed')], max_length=10)),
                        ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('note', models.CharField(blank=True, max_length=500)),
                    ],
                    options={
                        'ordering': ['created_at', 'id'],
                        'indexes': [models.Index(fields=['subject', 'created_at'], name='custody_by_subject')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('act__in', ['received', 'measured', 'viewed', 'exported', 'destroyed'])), name='custody_act_known'), models.CheckConstraint(condition=models.Q(('asset_sha256__regex', '^[0-9a-f]{64}$')), name='custody_asset_sha256')],
                    },
                ),
                migrations.CreateModel(
                    name='BiometricConsent',
                    fields=[
                        ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('subject', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='biometric_consents', to='likeness.subject')),
                        ('modality', models.CharField(choices=[('face', 'Face'), ('voice', 'Voice'), ('body', 'Body'), ('motion', 'Motion')], default='face', max_length=8)),
                        ('purpose', models.CharField(max_length=200)),
                        ('text', models.TextField()),
                        ('text_sha256', django_site.records.Sha256Field(max_length=64)),
                        ('given_at', models.DateTimeField()),
                        ('given_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('destroy_by', models.DateTimeField()),
                        ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        'constraints': [models.CheckConstraint(condition=models.Q(('destroy_by__gt', models.F('given_at'))), name='biometric_consent_ends'), models.CheckConstraint(condition=models.Q(('text_sha256__regex', '^[0-9a-f]{64}$')), name='biometric_consent_text_sha256'), models.CheckConstraint(condition=models.Q(models.Q(('text', ''), _negated=True), models.Q(('purpose', ''), _negated=True)), name='biometric_consent_says_what'), models.CheckConstraint(condition=models.Q(('withdrawn_at__isnull', True), ('withdrawn_at__gte', models.F('given_at')), _connector='OR'), name='biometric_consent_order'), models.CheckConstraint(condition=models.Q(('modality__in', ['face', 'voice'])), name='biometric_consent_modality_measured'), models.UniqueConstraint(condition=models.Q(('withdrawn_at__isnull', True)), fields=('subject', 'modality', 'purpose'), name='one_standing_biometric_consent')],
                    },
                ),
                migrations.CreateModel(
                    name='SubjectKey',
                    fields=[
                        ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('subject', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='keys', to='likeness.subject')),
                        ('destroyed_at', models.DateTimeField(null=True)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(condition=models.Q(('destroyed_at__isnull', True)), fields=('subject',), name='one_key_of_a_subject')],
                    },
                ),
                migrations.CreateModel(
                    name='BiometricTemplate',
                    fields=[
                        ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('subject', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='templates', to='likeness.subject')),
                        ('key', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='templates', to='likeness.subjectkey')),
                        ('consent', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='templates', to='likeness.biometricconsent')),
                        ('likeness_asset', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='templates', to='likeness.likenessasset')),
                        ('modality', models.CharField(choices=[('face', 'Face'), ('voice', 'Voice'), ('body', 'Body'), ('motion', 'Motion')], default='face', max_length=8)),
                        ('model', models.CharField(max_length=100)),
                        ('ciphertext', models.BinaryField()),
                        ('destroy_by', models.DateTimeField()),
                    ],
                    options={
                        'indexes': [models.Index(fields=['destroy_by'], name='template_by_destruction')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('destroy_by__gt', models.F('created_at'))), name='template_destroyed_later'), models.CheckConstraint(condition=models.Q(('modality__in', ['face', 'voice'])), name='template_modality_measured')],
                    },
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
                        ('declared_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('began_at', models.DateTimeField()),
                        ('ended_at', models.DateTimeField(blank=True, null=True)),
                        ('ended_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('union',), name='one_standing_strike'), models.CheckConstraint(condition=models.Q(models.Q(('union', ''), _negated=True), models.Q(('reason', ''), _negated=True)), name='strike_says_whose'), models.CheckConstraint(condition=models.Q(('ended_at__isnull', True), models.Q(('ended_at__gte', models.F('began_at')), ('ended_by__isnull', False)), _connector='OR'), name='strike_order')],
                    },
                ),
                migrations.CreateModel(
                    name='ConsentGrant',
                    fields=[
                        ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('grant', models.UUIDField(default=django_site.ids.uuid7, editable=False)),
                        ('version', models.PositiveIntegerField(default=1)),
                        ('subject', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='grants', to='likeness.subject')),
                        ('scope', models.JSONField()),
                        ('text', models.TextField()),
                        ('text_sha256', django_site.records.Sha256Field(max_length=64)),
                        ('summary', models.TextField(blank=True)),
                        ('shown_sha256', django_site.records.Sha256Field(blank=True, max_length=64)),
                        ('starts', models.DateTimeField()),
                        ('ends', models.DateTimeField(blank=True, null=True)),
                        ('state', models.CharField(choices=[('drafted', 'Drafted'), ('noticed', 'Offered'), ('signed', 'Signed, not begun'), ('active', 'In force'), ('suspended', 'Suspended'), ('disputed', 'Disputed'), ('amended', 'Replaced by a newer version'), ('expired', 'Expired'), ('declined', 'Declined'), ('withdrawn', 'Withdrawn'), ('revoked', 'Given up'), ('transferred', 'Passed to the estate')], default='drafted', max_length=12)),
                        ('offered_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('noticed_at', models.DateTimeField(blank=True, null=True)),
                        ('may_sign_from', models.DateTimeField(blank=True, null=True)),
                        ('signed_at', models.DateTimeField(blank=True, null=True)),
                        ('signed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='signed_grants', to=settings.AUTH_USER_MODEL)),
                        ('strike', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='grants', to='likeness.strike')),
                        ('changed_at', models.DateTimeField()),
                        ('reason', models.TextField(blank=True)),
                    ],
                    options={
                        'ordering': ['-created_at'],
                        'indexes': [models.Index(fields=['subject', 'state'], name='grant_by_subject'), models.Index(fields=['state', 'ends'], name='grant_by_end')],
                        'constraints': [models.UniqueConstraint(fields=('grant', 'version'), name='grant_version_once'), models.UniqueConstraint(condition=models.Q(('state', 'active')), fields=('grant',), name='one_active_grant_version'), models.CheckConstraint(condition=models.Q(('state__in', ['drafted', 'noticed', 'signed', 'active', 'suspended', 'disputed', 'amended', 'expired', 'declined', 'withdrawn', 'revoked', 'transferred'])), name='grant_state_known'), models.CheckConstraint(condition=models.Q(('text_sha256__regex', '^[0-9a-f]{64}$')), name='grant_text_sha256'), models.CheckConstraint(condition=models.Q(('shown_sha256__regex', '^[0-9a-f]{64}$'), ('shown_sha256', ''), _connector='OR'), name='grant_shown_sha256'), models.CheckConstraint(condition=models.Q(('ends__isnull', True), ('ends__gt', models.F('starts')), _connector='OR'), name='grant_term'), models.CheckConstraint(condition=models.Q(('state__in', ['drafted', 'noticed', 'declined', 'withdrawn', 'revoked']), models.Q(('signed_at__isnull', False), ('signed_by__isnull', False)), _connector='OR'), name='grant_signed_before_active'), models.CheckConstraint(condition=models.Q(('signed_at__isnull', True), ('may_sign_from__isnull', True), ('signed_at__gte', models.F('may_sign_from')), _connector='OR'), name='grant_signed_after_notice'), models.CheckConstraint(condition=models.Q(('may_sign_from__isnull', True), models.Q(('may_sign_from__gte', models.F('noticed_at')), ('noticed_at__isnull', False)), _connector='OR'), name='grant_notice_order'), models.CheckConstraint(condition=models.Q(models.Q(('scope', {}), _negated=True), models.Q(('text', ''), _negated=True)), name='grant_says_what'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['suspended', 'disputed', 'withdrawn', 'revoked', 'declined', 'transferred']), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='grant_stop_has_reason'), models.CheckConstraint(condition=models.Q(('strike__isnull', True), ('state', 'suspended'), _connector='OR'), name='grant_strike_suspends')],
                    },
                ),
                migrations.CreateModel(
                    name='GrantSignature',
                    fields=[
                        ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('grant', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='signature', to='likeness.consentgrant')),
                        ('signed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('role', models.CharField(choices=[('self', 'The person'), ('guardian', 'Guardian'), ('estate', 'Estate'), ('agent', 'Agent with power to sign')], max_length=10)),
                        ('representative', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='signatures', to='likeness.representative')),
                        ('text_sha256', django_site.records.Sha256Field(max_length=64)),
                        ('shown_sha256', django_site.records.Sha256Field(max_length=64)),
                        ('address', models.GenericIPAddressField(null=True)),
                        ('user_agent', models.CharField(blank=True, max_length=300)),
                        ('authenticated_by', models.CharField(max_length=40)),
                        ('conspicuous', models.BooleanField(default=True)),
                    ],
                    options={
                        'constraints': [models.CheckConstraint(condition=models.Q(('role__in', ['self', 'guardian', 'estate', 'agent'])), name='signature_role_known'), models.CheckConstraint(condition=models.Q(('text_sha256__regex', '^[0-9a-f]{64}$')), name='signature_text_sha256'), models.CheckConstraint(condition=models.Q(('shown_sha256__regex', '^[0-9a-f]{64}$')), name='signature_shown_sha256'), models.CheckConstraint(condition=models.Q(models.Q(('representative__isnull', True), ('role', 'self')), models.Q(models.Q(('role', 'self'), _negated=True), ('representative__isnull', False)), _connector='OR'), name='signature_representative_if_not_self')],
                    },
                ),
                migrations.CreateModel(
                    name='GrantChange',
                    fields=[
                        ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('grant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='likeness.consentgrant')),
                        ('came_from', models.CharField(blank=True, max_length=12)),
                        ('to', models.CharField(choices=[('drafted', 'Drafted'), ('noticed', 'Offered'), ('signed', 'Signed, not begun'), ('active', 'In force'), ('suspended', 'Suspended'), ('disputed', 'Disputed'), ('amended', 'Replaced by a newer version'), ('expired', 'Expired'), ('declined', 'Declined'), ('withdrawn', 'Withdrawn'), ('revoked', 'Given up'), ('transferred', 'Passed to the estate')], max_length=12)),
                        ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('reason', models.TextField(blank=True)),
                    ],
                    options={
                        'ordering': ['created_at', 'id'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('to__in', ['drafted', 'noticed', 'signed', 'active', 'suspended', 'disputed', 'amended', 'expired', 'declined', 'withdrawn', 'revoked', 'transferred'])), name='grant_change_known')],
                    },
                ),
            ],
        ),
    ]
