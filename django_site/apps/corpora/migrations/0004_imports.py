import django.db.models.deletion
import django.utils.timezone
import django_site.ids
from django.conf import settings
from django.db import migrations, models

from django_site.triggers import TriggersAside


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('audits', '0004_dismissals'),
        ('corpora', '0003_withdrawal'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [TriggersAside([
        migrations.CreateModel(
            name='CorpusFile',
            fields=[
                ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('preview', models.BooleanField()),
                ('position', models.PositiveIntegerField()),
                ('file', models.TextField()),
                ('outcome', models.CharField(choices=[('addable', 'Can be added'), ('registered', 'Added'), ('already', 'Skipped'), ('unlisted', 'Not in the table'), ('missing', 'Missing'), ('refused', 'Refused')], max_length=10)),
                ('reason', models.TextField(blank=True)),
                ('work_key', models.TextField(blank=True)),
                ('title', models.CharField(blank=True, max_length=300)),
                ('licence', models.TextField(blank=True)),
            ],
            options={
                'ordering': ['corpus', 'preview', 'position'],
            },
        ),
        migrations.CreateModel(
            name='CorpusImport',
            fields=[
                ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('name', models.CharField(max_length=255)),
                ('folder', models.CharField(blank=True, max_length=255)),
                ('table_name', models.CharField(blank=True, max_length=255)),
                ('rights_holder', models.CharField(blank=True, max_length=300)),
                ('state', models.CharField(choices=[('looking', 'Being looked through'), ('ready', 'Waits for your word'), ('importing', 'Being imported'), ('done', 'Done'), ('stopped', 'Stopped'), ('discarded', 'Discarded')], default='looking', max_length=10)),
                ('reason', models.TextField(blank=True)),
                ('round', models.PositiveIntegerField(default=0)),
                ('confirmed_at', models.DateTimeField(null=True)),
                ('finished_at', models.DateTimeField(null=True)),
            ],
            options={
                'ordering': ['-created_at'],
            },
        ),
        migrations.RemoveConstraint(
            model_name='workasset',
            name='work_asset_once',
        ),
        migrations.AddField(
            model_name='work',
            name='withdrawn_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='work',
            name='withdrawn_because',
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name='workasset',
            name='pending',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='workasset',
            name='replaced_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddConstraint(
            model_name='work',
            constraint=models.CheckConstraint(condition=models.Q(('withdrawn_at__isnull', True), models.Q(('withdrawn_because', ''), _negated=True), _connector='OR'), name='work_withdrawn_has_reason'),
        ),
        migrations.AddConstraint(
            model_name='workasset',
            constraint=models.UniqueConstraint(condition=models.Q(('replaced_at__isnull', True)), fields=('work', 'asset'), name='work_asset_once'),
        ),
        migrations.AddConstraint(
            model_name='workasset',
            constraint=models.UniqueConstraint(condition=models.Q(('pending', True)), fields=('work',), name='work_asset_one_pending'),
        ),
        migrations.AddConstraint(
            model_name='workasset',
            constraint=models.CheckConstraint(condition=models.Q(('pending', False), ('replaced_at__isnull', True), _connector='OR'), name='work_asset_pending'),
        ),
        migrations.AddField(
            model_name='corpusfile',
            name='work',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='corpora.work'),
        ),
        migrations.AddField(
            model_name='corpusimport',
            name='archive',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='audits.asset'),
        ),
        migrations.AddField(
            model_name='corpusimport',
            name='confirmed_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='corpusimport',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='corpus_imports', to='accounts.organisation'),
        ),
        migrations.AddField(
            model_name='corpusimport',
            name='requested_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='corpusimport',
            name='table',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='audits.asset'),
        ),
        migrations.AddField(
            model_name='corpusfile',
            name='corpus',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='files', to='corpora.corpusimport'),
        ),
        migrations.AddIndex(
            model_name='corpusimport',
            index=models.Index(fields=['organisation', '-created_at'], name='corpus_import_newest'),
        ),
        migrations.AddConstraint(
            model_name='corpusimport',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['looking', 'ready', 'importing', 'done', 'stopped', 'discarded'])), name='corpus_import_state_known'),
        ),
        migrations.AddConstraint(
            model_name='corpusimport',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(models.Q(('folder', ''), _negated=True), ('archive__isnull', True)), models.Q(('archive__isnull', False), ('folder', '')), models.Q(('folder', ''), ('state__in', ['done', 'discarded'])), _connector='OR'), name='corpus_import_has_one_source'),
        ),
        migrations.AddConstraint(
            model_name='corpusimport',
            constraint=models.CheckConstraint(condition=models.Q(('table__isnull', False), models.Q(('rights_holder', ''), _negated=True), _connector='OR'), name='corpus_import_says_whose'),
        ),
        migrations.AddConstraint(
            model_name='corpusimport',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'stopped'), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='corpus_import_stop_has_reason'),
        ),
        migrations.AddConstraint(
            model_name='corpusimport',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['importing', 'done']), _negated=True), models.Q(('confirmed_at__isnull', False), ('confirmed_by__isnull', False)), _connector='OR'), name='corpus_import_was_confirmed'),
        ),
        migrations.AddIndex(
            model_name='corpusfile',
            index=models.Index(fields=['corpus', 'preview', 'outcome', 'position'], name='corpus_file_by_outcome'),
        ),
        migrations.AddConstraint(
            model_name='corpusfile',
            constraint=models.CheckConstraint(condition=models.Q(('outcome__in', ['addable', 'registered', 'already', 'unlisted', 'missing', 'refused'])), name='corpus_file_outcome_known'),
        ),
        migrations.AddConstraint(
            model_name='corpusfile',
            constraint=models.UniqueConstraint(fields=('corpus', 'preview', 'position'), name='corpus_file_position_once'),
        ),
        migrations.AddConstraint(
            model_name='corpusfile',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('outcome__in', ['refused', 'unlisted', 'missing']), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='corpus_file_left_out_has_reason'),
        ),
    ])]
