from django.conf import settings
from django.db import migrations, models

from django_site.triggers import TriggersAside, refuse


class Migration(migrations.Migration):

    dependencies = [
        ('audits', '0004_dismissals'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [TriggersAside([
        migrations.RemoveConstraint(
            model_name='dismissal',
            name='dismissal_knows_it_by_something',
        ),
        migrations.AddField(
            model_name='finding',
            name='known_by',
            field=models.BinaryField(default=b''),
        ),
        migrations.AddConstraint(
            model_name='dismissal',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('frames', []), _negated=True), ('embedder', {}), _connector='OR'), name='dismissal_knows_it_by_something'),
        ),
    ]),
        refuse(
            "audits_finding_known_by_stays",
            table="audits_finding",
            on="UPDATE",
            when="NEW.known_by <> OLD.known_by",
            message="what a finding is known by can not be changed: dismissals rest on it",
        ),
        refuse(
            "audits_dismissal_knows_it",
            table="audits_dismissal",
            on="INSERT",
            when="NEW.frames = '[]' AND NOT EXISTS "
            "(SELECT 1 FROM audits_finding f WHERE f.id = NEW.finding_id AND length(f.known_by) > 0)",
            message="a dismissal needs frames, sound or words to know it by",
        ),
    ]
