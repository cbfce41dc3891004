import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from django_site.triggers import TriggersAside


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('jobs', '0002_refusals'),
        ('productions', '0003_withdrawal'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [TriggersAside([
        migrations.RemoveConstraint(
            model_name='job',
            name='job_kind_known',
        ),
        migrations.AddField(
            model_name='job',
            name='organisation',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='jobs', to='accounts.organisation'),
        ),
        migrations.AlterField(
            model_name='job',
            name='kind',
            field=models.CharField(choices=[('render_take', 'Render a take'), ('audit_take', 'Audit a take'), ('assemble_cut', 'Assemble the cut'), ('audit_cut', 'Audit the cut'), ('audit_import', 'Audit an imported file'), ('sign_cut', 'Sign and release the cut'), ('look_corpus', 'Look through a corpus'), ('import_corpus', 'Import a corpus'), ('replace_work', 'Replace the file of a work')], max_length=20),
        ),
        migrations.AlterField(
            model_name='job',
            name='production',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='jobs', to='productions.production'),
        ),
        migrations.AddConstraint(
            model_name='job',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['render_take', 'audit_take', 'assemble_cut', 'audit_cut', 'audit_import', 'sign_cut', 'look_corpus', 'import_corpus', 'replace_work'])), name='job_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='job',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('organisation__isnull', True), ('production__isnull', False)), models.Q(('organisation__isnull', False), ('production__isnull', True)), _connector='OR'), name='job_for_one_owner'),
        ),
    ])]
