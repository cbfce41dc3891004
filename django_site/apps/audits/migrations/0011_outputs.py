"""What is made from a released film can be audited and decided on by itself."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from django_site.triggers import TriggersAside


class Migration(migrations.Migration):

    dependencies = [
        ('audits', '0010_policies_refusals'),
        ('corpora', '0005_scripts'),
        ('jobs', '0007_make_output'),
        ('likeness', '0005_refusals'),
        ('productions', '0011_candidates'),
        ('provenance', '0021_binder_credentials'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        TriggersAside(
            [
        migrations.RemoveConstraint(
            model_name='audit',
            name='audit_of_one_thing',
        ),
        migrations.RemoveConstraint(
            model_name='decision',
            name='decision_on_one_thing',
        ),
        migrations.AddField(
            model_name='audit',
            name='output',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='audits', to='provenance.output'),
        ),
        migrations.AddField(
            model_name='decision',
            name='output',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='provenance.output'),
        ),
        migrations.AddConstraint(
            model_name='audit',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('cut__isnull', True), ('imported__isnull', True), ('output__isnull', True), ('take__isnull', False)), models.Q(('cut__isnull', False), ('imported__isnull', True), ('output__isnull', True), ('take__isnull', True)), models.Q(('cut__isnull', True), ('imported__isnull', False), ('output__isnull', True), ('take__isnull', True)), models.Q(('cut__isnull', True), ('imported__isnull', True), ('output__isnull', False), ('take__isnull', True)), _connector='OR'), name='audit_of_one_thing'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('cut__isnull', True), ('imported__isnull', True), ('output__isnull', True), ('shot__isnull', True), ('subject__isnull', False), ('take__isnull', True)), models.Q(('cut__isnull', True), ('imported__isnull', True), ('output__isnull', True), ('shot__isnull', False), ('subject__isnull', True), ('take__isnull', True)), models.Q(('cut__isnull', True), ('imported__isnull', True), ('output__isnull', True), ('shot__isnull', True), ('subject__isnull', True), ('take__isnull', False)), models.Q(('cut__isnull', False), ('imported__isnull', True), ('output__isnull', True), ('shot__isnull', True), ('subject__isnull', True), ('take__isnull', True)), models.Q(('cut__isnull', True), ('imported__isnull', False), ('output__isnull', True), ('shot__isnull', True), ('subject__isnull', True), ('take__isnull', True)), models.Q(('cut__isnull', True), ('imported__isnull', True), ('output__isnull', False), ('shot__isnull', True), ('subject__isnull', True), ('take__isnull', True)), models.Q(('cut__isnull', True), ('imported__isnull', True), ('output__isnull', True), ('point', 'train'), ('shot__isnull', True), ('subject__isnull', True), ('take__isnull', True)), _connector='OR'), name='decision_on_one_thing'),
        ),
            ]
        ),
    ]
