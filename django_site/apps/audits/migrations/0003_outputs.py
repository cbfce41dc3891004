import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('audits', '0002_audits_and_decisions'),
        ('provenance', '0001_outputs'),
    ]

    operations = [
        migrations.AddField(
            model_name='audit',
            name='output',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='audits', to='provenance.output'),
        ),
        migrations.AddConstraint(
            model_name='audit',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('cut__isnull', True), ('imported__isnull', True), ('output__isnull', True), ('take__isnull', False)), models.Q(('cut__isnull', False), ('imported__isnull', True), ('output__isnull', True), ('take__isnull', True)), models.Q(('cut__isnull', True), ('imported__isnull', False), ('output__isnull', True), ('take__isnull', True)), models.Q(('cut__isnull', True), ('imported__isnull', True), ('output__isnull', False), ('take__isnull', True)), _connector='OR'), name='audit_of_one_thing'),
        ),
        migrations.AddField(
            model_name='decision',
            name='output',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='provenance.output'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('cut__isnull', True), ('imported__isnull', True), ('output__isnull', True), ('shot__isnull', True), ('subject__isnull', False), ('take__isnull', True)), models.Q(('cut__isnull', True), ('imported__isnull', True), ('output__isnull', True), ('shot__isnull', False), ('subject__isnull', True), ('take__isnull', True)), models.Q(('cut__isnull', True), ('imported__isnull', True), ('output__isnull', True), ('shot__isnull', True), ('subject__isnull', True), ('take__isnull', False)), models.Q(('cut__isnull', False), ('imported__isnull', True), ('output__isnull', True), ('shot__isnull', True), ('subject__isnull', True), ('take__isnull', True)), models.Q(('cut__isnull', True), ('imported__isnull', False), ('output__isnull', True), ('shot__isnull', True), ('subject__isnull', True), ('take__isnull', True)), models.Q(('cut__isnull', True), ('imported__isnull', True), ('output__isnull', False), ('shot__isnull', True), ('subject__isnull', True), ('take__isnull', True)), models.Q(('cut__isnull', True), ('imported__isnull', True), ('output__isnull', True), ('point', 'train'), ('shot__isnull', True), ('subject__isnull', True), ('take__isnull', True)), _connector='OR'), name='decision_on_one_thing'),
        ),
    ]
