import django.db.models.deletion
import django.utils.timezone
import django_site.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_people'),
        ('productions', '0001_films'),
    ]

    operations = [
        migrations.CreateModel(
            name='Job',
            fields=[
                ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('kind', models.CharField(choices=[('write_screenplay', 'Write the screenplay'), ('render_take', 'Render a take'), ('audit_take', 'Audit a take'), ('assemble_cut', 'Assemble the cut'), ('audit_cut', 'Audit the cut'), ('audit_import', 'Audit an imported file'), ('sign_cut', 'Sign and release the cut'), ('look_corpus', 'Look through a corpus'), ('import_corpus', 'Import a corpus'), ('replace_work', 'Replace the file of a work'), ('withdraw_likeness', 'Reach what relied on a grant'), ('make_output', 'Make something from a released film'), ('make_binder', 'Make a clearance binder'), ('compare_policies', 'Compare a draft of a policy with past decisions'), ('train_model', 'Train a model'), ('withdraw_model', 'Reach what a withdrawn model made'), ('make_insight', 'Read a screening')], max_length=20)),
                ('key', models.CharField(max_length=200, unique=True)),
                ('production', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='jobs', to='productions.production')),
                ('organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='jobs', to='accounts.organisation')),
                ('target_id', models.UUIDField()),
                ('requested_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('state', models.CharField(choices=[('queued', 'Waiting'), ('running', 'Running'), ('done', 'Done'), ('failed', 'Failed'), ('cancelled', 'Cancelled')], default='queued', max_length=10)),
                ('attempt', models.PositiveIntegerField(default=0)),
                ('max_attempts', models.PositiveIntegerField(default=3)),
                ('worker', models.CharField(blank=True, max_length=200)),
                ('sent_at', models.DateTimeField(null=True)),
                ('lease_until', models.DateTimeField(null=True)),
                ('heartbeat_at', models.DateTimeField(null=True)),
                ('started_at', models.DateTimeField(null=True)),
                ('finished_at', models.DateTimeField(null=True)),
                ('stage', models.CharField(blank=True, max_length=80)),
                ('progress', models.FloatField(default=0.0)),
                ('rate', models.FloatField(null=True)),
                ('unit', models.CharField(blank=True, max_length=20)),
                ('eta_seconds', models.FloatField(null=True)),
                ('cancel_requested', models.BooleanField(default=False)),
                ('reason', models.TextField(blank=True)),
                ('result', models.JSONField(null=True)),
                ('expected_seconds', models.FloatField(null=True)),
                ('energy', models.JSONField(null=True)),
            ],
            options={
                'ordering': ['created_at'],
                'indexes': [models.Index(fields=['state', 'lease_until'], name='job_owed'), models.Index(fields=['production', '-created_at'], name='job_by_production'), models.Index(fields=['target_id'], name='job_by_target'), models.Index(condition=models.Q(('state', 'done')), fields=['kind', '-finished_at'], name='job_done_newest')],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['write_screenplay', 'render_take', 'audit_take', 'assemble_cut', 'audit_cut', 'audit_import', 'sign_cut', 'look_corpus', 'import_corpus', 'replace_work', 'withdraw_likeness', 'make_output', 'make_binder', 'compare_policies', 'train_model', 'withdraw_model', 'make_insight'])), name='job_kind_known'), models.CheckConstraint(condition=models.Q(('state__in', ['queued', 'running', 'done', 'failed', 'cancelled'])), name='job_state_known'), models.CheckConstraint(condition=models.Q(models.Q(('organisation__isnull', True), ('production__isnull', False)), models.Q(('organisation__isnull', False), ('production__isnull', True)), _connector='OR'), name='job_for_one_owner'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'running'), _negated=True), models.Q(('attempt__gte', 1), ('heartbeat_at__isnull', False), ('lease_until__isnull', False), models.Q(('worker', ''), _negated=True)), _connector='OR'), name='job_running_has_lease'), models.CheckConstraint(condition=models.Q(('state', 'running'), ('lease_until__isnull', True), _connector='OR'), name='job_lease_runs'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'done'), _negated=True), ('result__isnull', False), _connector='OR'), name='job_done_has_result'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['failed', 'cancelled']), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='job_stopped_has_reason'), models.CheckConstraint(condition=models.Q(models.Q(('finished_at__isnull', True), ('state__in', ['queued', 'running'])), models.Q(('finished_at__isnull', False), ('state__in', ['done', 'failed', 'cancelled'])), _connector='OR'), name='job_finished_has_time'), models.CheckConstraint(condition=models.Q(('progress__gte', 0), ('progress__lte', 1)), name='job_progress')],
            },
        ),
    ]
