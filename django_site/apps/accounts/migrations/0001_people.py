import django.contrib.auth.models
import django.contrib.auth.validators
import django.db.models.deletion
import django.utils.timezone
import django_site.apps.accounts.models
import django_site.ids
import django_site.records
import django_site.tables
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '__first__'),
    ]

    operations = [
        django_site.tables.CreateModels(
            models=[
                migrations.CreateModel(
                    name='User',
                    fields=[
                        ('password', models.CharField(max_length=128, verbose_name='password')),
                        ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                        ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                        ('username', models.CharField(error_messages={'unique': 'A user with that username already exists.'}, help_text='Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.', max_length=150, unique=True, validators=[django.contrib.auth.validators.UnicodeUsernameValidator()], verbose_name='username')),
                        ('first_name', models.CharField(blank=True, max_length=150, verbose_name='first name')),
                        ('last_name', models.CharField(blank=True, max_length=150, verbose_name='last name')),
                        ('is_staff', models.BooleanField(default=False, help_text='Designates whether the user can log into this admin site.', verbose_name='staff status')),
                        ('is_active', models.BooleanField(default=True, help_text='Designates whether this user should be treated as active. Unselect this instead of deleting accounts.', verbose_name='active')),
                        ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='date joined')),
                        ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('email', models.EmailField(max_length=254, unique=True, verbose_name='email address')),
                        ('pseudonym', models.CharField(default=django_site.apps.accounts.models.new_pseudonym, editable=False, max_length=40, unique=True)),
                        ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                        ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
                    ],
                    options={
                        'verbose_name': 'user',
                        'verbose_name_plural': 'users',
                        'abstract': False,
                    },
                    managers=[
                        ('objects', django.contrib.auth.models.UserManager()),
                    ],
                ),
                migrations.CreateModel(
                    name='Organisation',
                    fields=[
                        ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('name', models.CharField(max_length=200, unique=True)),
                        ('retention_schedule_url', models.URLField(blank=True)),
                        ('annual_revenue', models.PositiveBigIntegerField(blank=True, null=True)),
                        ('revenue_currency', models.CharField(blank=True, max_length=3)),
                        ('monthly_users', models.PositiveBigIntegerField(blank=True, null=True)),
                        ('size_declared_at', models.DateTimeField(blank=True, null=True)),
                        ('size_declared_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('annual_revenue__isnull', True), ('monthly_users__isnull', True), ('size_declared_at__isnull', True)), models.Q(('size_declared_at__isnull', False), ('size_declared_by__isnull', False)), _connector='OR'), name='organisation_size_declared_by_somebody'), models.CheckConstraint(condition=models.Q(('annual_revenue__isnull', True), ('revenue_currency__regex', '^[A-Z]{3}$'), _connector='OR'), name='organisation_revenue_has_currency')],
                    },
                ),
                migrations.CreateModel(
                    name='Membership',
                    fields=[
                        ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to=settings.AUTH_USER_MODEL)),
                        ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to='accounts.organisation')),
                        ('role', models.CharField(choices=[('producer', 'Producer'), ('legal_reviewer', 'Legal reviewer'), ('head_of_legal', 'Head of legal'), ('performer', 'Performer')], max_length=20)),
                    ],
                    options={
                        'indexes': [models.Index(fields=['organisation', 'role'], name='membership_by_role')],
                        'constraints': [models.UniqueConstraint(fields=('user', 'organisation'), name='membership_once'), models.CheckConstraint(condition=models.Q(('role__in', ['producer', 'legal_reviewer', 'head_of_legal', 'performer'])), name='membership_role_known')],
                    },
                ),
                migrations.CreateModel(
                    name='Notice',
                    fields=[
                        ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notices', to=settings.AUTH_USER_MODEL)),
                        ('kind', models.CharField(choices=[('withdrawal', 'Consent withdrawn'), ('suspension', 'Consent suspended'), ('strike', 'Strike'), ('expiry', 'Consent expired'), ('claim', 'Claim'), ('approval', 'Approval of a use'), ('grant', 'Grant'), ('retention', 'Retention'), ('money', 'Money'), ('other', 'Notice')], max_length=12)),
                        ('text', models.TextField()),
                        ('url', models.CharField(blank=True, max_length=300)),
                        ('key', models.CharField(max_length=200)),
                        ('read_at', models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        'ordering': ['-id'],
                        'indexes': [models.Index(fields=['user', '-id'], name='notice_by_user'), models.Index(condition=models.Q(('read_at__isnull', True)), fields=['user'], name='notice_unread')],
                        'constraints': [models.UniqueConstraint(fields=('user', 'key'), name='notice_once_a_cause'), models.CheckConstraint(condition=models.Q(('kind__in', ['withdrawal', 'suspension', 'strike', 'expiry', 'claim', 'approval', 'grant', 'retention', 'money', 'other'])), name='notice_kind_known'), models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='notice_says_something'), models.CheckConstraint(condition=models.Q(('url', ''), ('url__startswith', '/'), _connector='OR'), name='notice_leads_within_the_site')],
                    },
                ),
                migrations.CreateModel(
                    name='ApiToken',
                    fields=[
                        ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='api_tokens', to='accounts.organisation')),
                        ('name', models.CharField(max_length=100)),
                        ('sha256', django_site.records.Sha256Field(max_length=64, unique=True)),
                        ('begins', models.CharField(max_length=16)),
                        ('scopes', models.JSONField(default=list)),
                        ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('expires_at', models.DateTimeField()),
                        ('last_used_at', models.DateTimeField(blank=True, null=True)),
                        ('revoked_at', models.DateTimeField(blank=True, null=True)),
                        ('revoked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'ordering': ['-created_at'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('sha256__regex', '^[0-9a-f]{64}$')), name='api_token_sha256'), models.CheckConstraint(condition=models.Q(models.Q(('name', ''), _negated=True), models.Q(('scopes', []), _negated=True)), name='api_token_named_and_scoped'), models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('created_at'))), name='api_token_expires'), models.CheckConstraint(condition=models.Q(('revoked_at__isnull', True), ('revoked_by__isnull', False), _connector='OR'), name='api_token_revoked_by_somebody')],
                    },
                ),
                migrations.CreateModel(
                    name='ApiWindow',
                    fields=[
                        ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('token', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='windows', to='accounts.apitoken')),
                        ('began_at', models.DateTimeField()),
                        ('count', models.PositiveIntegerField(default=0)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('token', 'began_at'), name='api_window_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Webhook',
                    fields=[
                        ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='webhooks', to='accounts.organisation')),
                        ('url', models.CharField(max_length=500)),
                        ('events', models.JSONField()),
                        ('sealed', models.BinaryField()),
                        ('previous', models.BinaryField(null=True)),
                        ('previous_until', models.DateTimeField(null=True)),
                        ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('disabled_at', models.DateTimeField(null=True)),
                        ('disabled_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'ordering': ['-created_at'],
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('url', ''), _negated=True), models.Q(('events', []), _negated=True)), name='webhook_goes_somewhere'), models.CheckConstraint(condition=models.Q(models.Q(('previous__isnull', True), ('previous_until__isnull', True)), models.Q(('previous__isnull', False), ('previous_until__isnull', False)), _connector='OR'), name='webhook_previous_ends'), models.CheckConstraint(condition=models.Q(('disabled_at__isnull', True), ('disabled_by__isnull', False), _connector='OR'), name='webhook_disabled_by_somebody')],
                    },
                ),
                migrations.CreateModel(
                    name='WebhookDelivery',
                    fields=[
                        ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        ('webhook', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='accounts.webhook')),
                        ('event', models.CharField(max_length=40)),
                        ('body', models.TextField()),
                        ('state', models.CharField(choices=[('waiting', 'Waiting'), ('delivered', 'Delivered'), ('given_up', 'Given up')], default='waiting', max_length=10)),
                        ('attempts', models.PositiveSmallIntegerField(default=0)),
                        ('next_try_at', models.DateTimeField(null=True)),
                        ('last_status', models.PositiveSmallIntegerField(null=True)),
                        ('last_error', models.CharField(blank=True, max_length=300)),
                        ('ended_at', models.DateTimeField(null=True)),
                    ],
                    options={
                        'ordering': ['-created_at'],
                        'indexes': [models.Index(condition=models.Q(('state', 'waiting')), fields=['next_try_at'], name='webhook_due'), models.Index(fields=['webhook', '-created_at'], name='webhook_deliveries')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'delivered', 'given_up'])), name='webhook_delivery_state_known'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('next_try_at__isnull', False), ('state', 'waiting')), models.Q(models.Q(('state', 'waiting'), _negated=True), ('ended_at__isnull', False), ('next_try_at__isnull', True)), _connector='OR'), name='webhook_delivery_waits_or_ended')],
                    },
                ),
            ],
        ),
    ]
