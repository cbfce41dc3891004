import django.db.models.deletion
import django.utils.timezone
import django_site.ids
import django_site.records
from django.db import migrations, models

from django_site.triggers import TriggersAside


class Migration(migrations.Migration):

    dependencies = [
        ('audits', '0005_known_by'),
        ('corpora', '0004_imports'),
    ]

    operations = [TriggersAside([
        migrations.CreateModel(
            name='WorkScript',
            fields=[
                ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('name', models.CharField(max_length=255)),
            ],
            options={
                'ordering': ['created_at'],
            },
        ),
        migrations.AddField(
            model_name='indexsnapshot',
            name='words',
            field=django_site.records.Sha256Field(blank=True, max_length=64),
        ),
        migrations.AddConstraint(
            model_name='indexsnapshot',
            constraint=models.CheckConstraint(condition=models.Q(('words__regex', '^[0-9a-f]{64}$'), ('words', ''), _connector='OR'), name='index_snapshot_words'),
        ),
        migrations.AddField(
            model_name='workscript',
            name='asset',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='work_scripts', to='audits.asset'),
        ),
        migrations.AddField(
            model_name='workscript',
            name='work',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='scripts', to='corpora.work'),
        ),
        migrations.AddConstraint(
            model_name='workscript',
            constraint=models.UniqueConstraint(fields=('work', 'asset'), name='work_script_once'),
        ),
    ])]
