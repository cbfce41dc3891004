import django.db.models.deletion
import django.utils.timezone
import django_site.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_people'),
        ('jobs', '0001_work'),
        ('productions', '0001_films'),
    ]

    operations = [
        migrations.CreateModel(
            name='Writing',
            fields=[
                ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('production', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='writings', to='productions.production')),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('structure', models.CharField(max_length=40)),
                ('scenes', models.PositiveIntegerField(default=0)),
                ('writer', models.CharField(blank=True, max_length=200)),
                ('job', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='jobs.job')),
                ('screenplay', models.OneToOneField(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='writing', to='productions.screenplay')),
                ('reason', models.TextField(blank=True)),
            ],
            options={
                'ordering': ['-created_at'],
                'indexes': [models.Index(fields=['production', '-created_at'], name='writing_newest')],
                'constraints': [models.CheckConstraint(condition=models.Q(('structure', ''), _negated=True), name='writing_has_structure'), models.CheckConstraint(condition=models.Q(('screenplay__isnull', True), ('reason', ''), _connector='OR'), name='writing_made_or_failed')],
            },
        ),
    ]
