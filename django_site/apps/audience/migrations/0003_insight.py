"""What was learned from screenings, as it was seen, and what follows from it."""

import django.db.models.deletion
import django.utils.timezone
import django_site.ids
import django_site.records
from django.conf import settings
from django.db import migrations, models

from django_site.triggers import refuse


class Migration(migrations.Migration):

    dependencies = [
        ('audience', '0002_refusals'),
        ('jobs', '0010_make_insight'),
        ('productions', '0014_looks'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Insight',
            fields=[
                ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('document', models.JSONField(null=True)),
                ('document_sha256', django_site.records.Sha256Field(blank=True, max_length=64)),
                ('made_at', models.DateTimeField(null=True)),
                ('reason', models.TextField(blank=True)),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('job', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='jobs.job')),
                ('screening', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='insights', to='audience.screening')),
            ],
            options={
                'ordering': ['-created_at'],
            },
        ),
        migrations.CreateModel(
            name='InsightQuote',
            fields=[
                ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('theme', models.PositiveIntegerField()),
                ('position', models.PositiveIntegerField()),
                ('event', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='audience.event')),
                ('insight', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='quotes', to='audience.insight')),
            ],
            options={
                'ordering': ['insight', 'theme', 'position'],
            },
        ),
        migrations.CreateModel(
            name='Suggestion',
            fields=[
                ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('position', models.PositiveIntegerField()),
                ('kind', models.CharField(choices=[('trim', 'Trim it'), ('shorten', 'Make it shorter'), ('clarify', 'Look again'), ('choose', 'Go on from this cut')], max_length=8)),
                ('plain', models.TextField()),
                ('advice', models.TextField()),
                ('evidence', models.JSONField()),
                ('state', models.CharField(choices=[('open', 'Open'), ('accepted', 'Accepted'), ('declined', 'Declined')], default='open', max_length=8)),
                ('reason', models.TextField(blank=True)),
                ('answered_at', models.DateTimeField(null=True)),
                ('answered_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('cut', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='productions.cut')),
                ('insight', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='suggestions', to='audience.insight')),
                ('scene', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='productions.scene')),
                ('shot', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='suggestions', to='productions.shot')),
            ],
            options={
                'ordering': ['insight', 'position'],
            },
        ),
        migrations.CreateModel(
            name='AudienceRequest',
            fields=[
                ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('remedy', models.TextField()),
                ('was', models.JSONField()),
                ('state', models.CharField(choices=[('open', 'Open'), ('met', 'Met'), ('dropped', 'No longer asked for')], default='open', max_length=8)),
                ('reason', models.TextField(blank=True)),
                ('closed_at', models.DateTimeField(null=True)),
                ('met_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='productions.cut')),
                ('production', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='audience_requests', to='productions.production')),
                ('requested_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('suggestion', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='request', to='audience.suggestion')),
            ],
            options={
                'ordering': ['-created_at'],
            },
        ),
        migrations.AddIndex(
            model_name='insight',
            index=models.Index(fields=['screening', '-made_at'], name='insight_newest'),
        ),
        migrations.AddConstraint(
            model_name='insight',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('document__isnull', True), ('document_sha256', ''), ('made_at__isnull', True)), models.Q(('document__isnull', False), ('document_sha256__regex', '^[0-9a-f]{64}$'), ('made_at__isnull', False)), _connector='OR'), name='insight_made_whole'),
        ),
        migrations.AddConstraint(
            model_name='insightquote',
            constraint=models.UniqueConstraint(fields=('insight', 'theme', 'position'), name='insight_quote_place_once'),
        ),
        migrations.AddConstraint(
            model_name='suggestion',
            constraint=models.UniqueConstraint(fields=('insight', 'position'), name='suggestion_place_once'),
        ),
        migrations.AddConstraint(
            model_name='suggestion',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['trim', 'shorten', 'clarify', 'choose'])), name='suggestion_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='suggestion',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['open', 'accepted', 'declined'])), name='suggestion_state_known'),
        ),
        migrations.AddConstraint(
            model_name='suggestion',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('plain', ''), _negated=True), models.Q(('advice', ''), _negated=True), models.Q(('evidence', []), _negated=True)), name='suggestion_has_evidence'),
        ),
        migrations.AddConstraint(
            model_name='suggestion',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('answered_at__isnull', True), ('answered_by__isnull', True), ('state', 'open')), models.Q(models.Q(('state', 'open'), _negated=True), ('answered_at__isnull', False), ('answered_by__isnull', False)), _connector='OR'), name='suggestion_answered_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='suggestion',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'declined'), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='suggestion_declined_why'),
        ),
        migrations.AddConstraint(
            model_name='suggestion',
            constraint=models.CheckConstraint(condition=models.Q(('scene__isnull', True), ('shot__isnull', True), _connector='OR'), name='suggestion_about_scene_or_shot'),
        ),
        migrations.AddIndex(
            model_name='audiencerequest',
            index=models.Index(fields=['production', 'state', '-created_at'], name='audience_request_list'),
        ),
        migrations.AddConstraint(
            model_name='audiencerequest',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['open', 'met', 'dropped'])), name='audience_request_state_known'),
        ),
        migrations.AddConstraint(
            model_name='audiencerequest',
            constraint=models.CheckConstraint(condition=models.Q(('remedy', ''), _negated=True), name='audience_request_says_what'),
        ),
        migrations.AddConstraint(
            model_name='audiencerequest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('state', 'open')), models.Q(models.Q(('state', 'open'), _negated=True), ('closed_at__isnull', False)), _connector='OR'), name='audience_request_closed_has_time'),
        ),
        migrations.AddConstraint(
            model_name='audiencerequest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('met_by__isnull', False), ('state', 'met')), models.Q(models.Q(('state', 'met'), _negated=True), ('met_by__isnull', True)), _connector='OR'), name='audience_request_met_by_a_cut'),
        ),
        migrations.AddConstraint(
            model_name='audiencerequest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'dropped'), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='audience_request_dropped_why'),
        ),
        refuse(
            "insight_stays_as_it_was_seen",
            table="audience_insight",
            on="UPDATE",
            when="OLD.made_at IS NOT NULL AND (NEW.document <> OLD.document OR NEW.document IS NULL "
            "OR NEW.document_sha256 <> OLD.document_sha256 OR NEW.made_at IS DISTINCT FROM OLD.made_at "
            "OR NEW.screening_id <> OLD.screening_id)",
            message="an insight is kept as it was seen: read the screening again",
        ),
        refuse(
            "suggestion_keeps_its_evidence",
            table="audience_suggestion",
            on="UPDATE",
            when="NEW.plain <> OLD.plain OR NEW.evidence <> OLD.evidence OR NEW.kind <> OLD.kind "
            "OR NEW.insight_id <> OLD.insight_id OR NEW.cut_id <> OLD.cut_id",
            message="a suggestion keeps what it was made from: only its answer is added",
        ),
        refuse(
            "audience_request_keeps_what_was_there",
            table="audience_audiencerequest",
            on="UPDATE",
            when="NEW.was <> OLD.was OR NEW.suggestion_id <> OLD.suggestion_id OR OLD.state <> 'open'",
            message="a request that was closed stays closed, and keeps what it was about",
        ),
    ]
