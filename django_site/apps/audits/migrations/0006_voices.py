from django.db import migrations, models

from django_site.triggers import TriggersAside


class Migration(migrations.Migration):

    dependencies = [
        ('audits', '0005_known_by'),
        ('corpora', '0005_scripts'),
        ('likeness', '0002_refusals'),
    ]

    operations = [TriggersAside([
        migrations.RemoveConstraint(
            model_name='finding',
            name='finding_kind_known',
        ),
        migrations.RemoveConstraint(
            model_name='finding',
            name='finding_resembles_its_kind',
        ),
        migrations.AlterField(
            model_name='finding',
            name='kind',
            field=models.CharField(choices=[('copy', 'Copy of a work'), ('scene', 'Same scene as a work'), ('style', 'Style of a work'), ('semantic', 'Same content as a work'), ('audio', 'Sound of a work'), ('text', 'Words of a work'), ('face', 'Registered person'), ('voice', 'Registered voice')], max_length=10),
        ),
        migrations.AddConstraint(
            model_name='finding',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['copy', 'scene', 'style', 'semantic', 'audio', 'text', 'face', 'voice'])), name='finding_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='finding',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ['face', 'voice']), ('work__isnull', True)), models.Q(('kind__in', ['copy', 'scene', 'style', 'semantic', 'audio', 'text']), ('work__isnull', False)), _connector='OR'), name='finding_resembles_its_kind'),
        ),
    ])]
