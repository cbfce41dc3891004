"""People who recur and resemble nobody registered."""

import django.db.models.deletion
import django.utils.timezone
import django_site.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('audits', '0006_voices'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='UnknownFace',
            fields=[
                ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('number', models.PositiveIntegerField()),
                ('spans', models.JSONField()),
                ('seconds', models.DecimalField(decimal_places=3, max_digits=12)),
                ('tracks', models.PositiveIntegerField()),
                ('plain', models.TextField()),
                ('basis', models.CharField(blank=True, choices=[('released', 'A signed release of this person'), ('licensed', 'Licensed footage whose licence covers the people in it'), ('synthetic', 'Generated, modelled on nobody'), ('public', 'A public place or event, shown in passing')], max_length=10)),
                ('note', models.TextField(blank=True)),
                ('cleared_at', models.DateTimeField(blank=True, null=True)),
                ('audit', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='unknown_faces', to='audits.audit')),
                ('cleared_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('picture', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='audits.asset')),
            ],
            options={
                'ordering': ['audit', 'number'],
                'constraints': [models.UniqueConstraint(fields=('audit', 'number'), name='unknown_face_number_once'), models.CheckConstraint(condition=models.Q(models.Q(('basis', ''), ('cleared_at__isnull', True), ('cleared_by__isnull', True)), models.Q(('basis__in', ['released', 'licensed', 'synthetic', 'public']), ('cleared_at__isnull', False), ('cleared_by__isnull', False), models.Q(('note', ''), _negated=True)), _connector='OR'), name='unknown_face_cleared_on_a_ground')],
            },
        ),
    ]
