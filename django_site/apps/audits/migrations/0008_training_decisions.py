"""A decision about training is about a production's data, not about one take or cut."""

from django.conf import settings
from django.db import migrations, models

from django_site.triggers import TriggersAside


class Migration(migrations.Migration):

    dependencies = [
        ('audits', '0007_unknown_faces'),
        ('likeness', '0005_refusals'),
        ('productions', '0004_likeness_declared'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [TriggersAside([
        migrations.RemoveConstraint(
            model_name='decision',
            name='decision_on_one_thing',
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('cut__isnull', True), ('imported__isnull', True), ('shot__isnull', True), ('subject__isnull', False), ('take__isnull', True)), models.Q(('cut__isnull', True), ('imported__isnull', True), ('shot__isnull', False), ('subject__isnull', True), ('take__isnull', True)), models.Q(('cut__isnull', True), ('imported__isnull', True), ('shot__isnull', True), ('subject__isnull', True), ('take__isnull', False)), models.Q(('cut__isnull', False), ('imported__isnull', True), ('shot__isnull', True), ('subject__isnull', True), ('take__isnull', True)), models.Q(('cut__isnull', True), ('imported__isnull', False), ('shot__isnull', True), ('subject__isnull', True), ('take__isnull', True)), models.Q(('cut__isnull', True), ('imported__isnull', True), ('point', 'train'), ('shot__isnull', True), ('subject__isnull', True), ('take__isnull', True)), _connector='OR'), name='decision_on_one_thing'),
        ),
    ])]
