import django.db.models.deletion
import django.utils.timezone
import django_site.ids
import django_site.records
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('productions', '0001_initial'),
    ]

    operations = [
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
                ('union', models.CharField(blank=True, max_length=100)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('living__in', ['living', 'deceased', 'minor'])), name='subject_living_known'), models.CheckConstraint(condition=models.Q(('legal_name', ''), _negated=True), name='subject_named')],
            },
        ),
        migrations.CreateModel(
            name='LikenessAsset',
            fields=[
                ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('subject', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='likeness_assets', to='likeness.subject')),
                ('asset', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='likeness_assets', to='audits.asset')),
                ('modality', models.CharField(choices=[('face', 'Face')], default='face', max_length=8)),
                ('source', models.CharField(choices=[('scan', 'Scan'), ('footage', 'Footage'), ('independent', 'Independent picture')], max_length=12)),
                ('business_reason', models.TextField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('subject', 'asset'), name='likeness_asset_once'), models.CheckConstraint(condition=models.Q(('modality__in', ['face'])), name='likeness_modality_known'), models.CheckConstraint(condition=models.Q(('source__in', ['scan', 'footage', 'independent'])), name='likeness_source_known'), models.CheckConstraint(condition=models.Q(('business_reason', ''), _negated=True), name='likeness_asset_has_reason')],
            },
        ),
        migrations.CreateModel(
            name='BiometricConsent',
            fields=[
                ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('subject', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='biometric_consents', to='likeness.subject')),
                ('purpose', models.CharField(max_length=200)),
                ('text', models.TextField()),
                ('text_sha256', django_site.records.Sha256Field(max_length=64)),
                ('given_at', models.DateTimeField()),
                ('destroy_by', models.DateTimeField()),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('destroy_by__gt', models.F('given_at'))), name='biometric_consent_ends'), models.CheckConstraint(condition=models.Q(('text_sha256__regex', '^[0-9a-f]{64}$')), name='biometric_consent_text_sha256'), models.CheckConstraint(condition=models.Q(models.Q(('text', ''), _negated=True), models.Q(('purpose', ''), _negated=True)), name='biometric_consent_says_what'), models.CheckConstraint(condition=models.Q(('withdrawn_at__isnull', True), ('withdrawn_at__gte', models.F('given_at')), _connector='OR'), name='biometric_consent_order'), models.UniqueConstraint(condition=models.Q(('withdrawn_at__isnull', True)), fields=('subject', 'purpose'), name='one_standing_biometric_consent')],
            },
        ),
        migrations.CreateModel(
            name='SubjectKey',
            fields=[
                ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('subject', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='key', to='likeness.subject')),
                ('wrapped', models.BinaryField(null=True)),
                ('destroyed_at', models.DateTimeField(null=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('destroyed_at__isnull', True), ('wrapped__isnull', False)), models.Q(('destroyed_at__isnull', False), ('wrapped__isnull', True)), _connector='OR'), name='subject_key_held_or_destroyed')],
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
                ('model', models.CharField(max_length=100)),
                ('ciphertext', models.BinaryField()),
                ('destroy_by', models.DateTimeField()),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('destroy_by__gt', models.F('created_at'))), name='template_destroyed_later')],
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
                ('starts', models.DateTimeField()),
                ('ends', models.DateTimeField(blank=True, null=True)),
                ('state', models.CharField(choices=[('drafted', 'Drafted'), ('signed', 'Signed'), ('active', 'Active'), ('suspended', 'Suspended'), ('amended', 'Replaced by a newer version'), ('expired', 'Expired'), ('revoked', 'Revoked')], default='drafted', max_length=10)),
                ('noticed_at', models.DateTimeField(blank=True, null=True)),
                ('signed_at', models.DateTimeField(blank=True, null=True)),
                ('signed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='signed_grants', to=settings.AUTH_USER_MODEL)),
                ('changed_at', models.DateTimeField()),
                ('reason', models.TextField(blank=True)),
            ],
            options={
                'ordering': ['-created_at'],
                'constraints': [models.UniqueConstraint(fields=('grant', 'version'), name='grant_version_once'), models.UniqueConstraint(condition=models.Q(('state', 'active')), fields=('grant',), name='one_active_grant_version'), models.CheckConstraint(condition=models.Q(('state__in', ['drafted', 'signed', 'active', 'suspended', 'amended', 'expired', 'revoked'])), name='grant_state_known'), models.CheckConstraint(condition=models.Q(('text_sha256__regex', '^[0-9a-f]{64}$')), name='grant_text_sha256'), models.CheckConstraint(condition=models.Q(('ends__isnull', True), ('ends__gt', models.F('starts')), _connector='OR'), name='grant_term'), models.CheckConstraint(condition=models.Q(('state', 'drafted'), models.Q(('signed_at__isnull', False), ('signed_by__isnull', False)), _connector='OR'), name='grant_signed_before_active'), models.CheckConstraint(condition=models.Q(models.Q(('scope', {}), _negated=True), models.Q(('text', ''), _negated=True)), name='grant_says_what'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['suspended', 'revoked']), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='grant_stop_has_reason')],
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
                ('kind', models.CharField(choices=[('render', 'Rendered'), ('release', 'Released')], max_length=8)),
                ('seconds', models.DecimalField(decimal_places=3, max_digits=12)),
            ],
            options={
                'ordering': ['-created_at'],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['render', 'release'])), name='use_kind_known'), models.CheckConstraint(condition=models.Q(models.Q(('cut__isnull', True), ('kind', 'render'), ('take__isnull', False)), models.Q(('cut__isnull', False), ('kind', 'release'), ('take__isnull', True)), _connector='OR'), name='use_of_one_thing'), models.UniqueConstraint(fields=('grant', 'take'), name='use_once_a_take'), models.UniqueConstraint(fields=('grant', 'cut'), name='use_once_a_cut'), models.CheckConstraint(condition=models.Q(('seconds__gte', 0)), name='use_seconds')],
            },
        ),
    ]
