import django.db.models.deletion
import django.utils.timezone
import django_site.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('audits', '0002_audits'),
    ]

    operations = [
        migrations.CreateModel(
            name='Case',
            fields=[
                ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('production', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='productions.production')),
                ('take', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='productions.take')),
                ('cut', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='productions.cut')),
                ('imported', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='productions.importedmedia')),
                ('decision', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='audits.decision')),
                ('opened_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('state', models.CharField(choices=[('open', 'Open'), ('approved', 'Approved'), ('rejected', 'Rejected'), ('changes_requested', 'Changes requested')], default='open', max_length=20)),
                ('approvals_needed', models.PositiveSmallIntegerField(default=1)),
                ('risk', models.FloatField(default=0.0)),
                ('due_at', models.DateTimeField()),
                ('closed_at', models.DateTimeField(null=True)),
            ],
            options={
                'ordering': ['-risk', 'due_at', 'id'],
                'indexes': [models.Index(fields=['state', '-risk', 'due_at'], name='case_queue')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('cut__isnull', True), ('imported__isnull', True), ('take__isnull', False)), models.Q(('cut__isnull', False), ('imported__isnull', True), ('take__isnull', True)), models.Q(('cut__isnull', True), ('imported__isnull', False), ('take__isnull', True)), _connector='OR'), name='case_about_one_thing'), models.CheckConstraint(condition=models.Q(('state__in', ['open', 'approved', 'rejected', 'changes_requested'])), name='case_state_known'), models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('state', 'open')), models.Q(models.Q(('state', 'open'), _negated=True), ('closed_at__isnull', False)), _connector='OR'), name='case_closed_has_time'), models.CheckConstraint(condition=models.Q(('approvals_needed__gte', 1)), name='case_needs_a_person'), models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('cut',), name='one_open_case_a_cut'), models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('take',), name='one_open_case_a_take'), models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('imported',), name='one_open_case_an_import')],
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
                ('text', models.TextField()),
            ],
            options={
                'ordering': ['created_at'],
                'constraints': [models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='comment_says_something')],
            },
        ),
        migrations.CreateModel(
            name='AccessLog',
            fields=[
                ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='accesses', to=settings.AUTH_USER_MODEL)),
                ('asset', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='accesses', to='audits.asset')),
            ],
            options={
                'indexes': [models.Index(fields=['asset', '-created_at'], name='access_by_asset')],
            },
        ),
    ]
