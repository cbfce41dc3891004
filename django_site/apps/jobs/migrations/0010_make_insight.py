"""Screenings are read by jobs."""

from django.conf import settings
from django.db import migrations, models

from django_site.triggers import TriggersAside


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_webhooks'),
        ('jobs', '0009_train_models'),
        ('productions', '0014_looks'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        TriggersAside(
            [
        migrations.RemoveConstraint(
            model_name='job',
            name='job_kind_known',
        ),
        migrations.AlterField(
            model_name='job',
            name='kind',
            field=models.CharField(choices=[('write_screenplay', 'Write the screenplay'), ('render_take', 'Render a take'), ('audit_take', 'Audit a take'), ('assemble_cut', 'Assemble the cut'), ('audit_cut', 'Audit the cut'), ('audit_import', 'Audit an imported file'), ('sign_cut', 'Sign and release the cut'), ('look_corpus', 'Look through a corpus'), ('import_corpus', 'Import a corpus'), ('replace_work', 'Replace the file of a work'), ('withdraw_likeness', 'Reach what relied on a grant'), ('make_output', 'Make something from a released film'), ('make_binder', 'Make a clearance binder'), ('compare_policies', 'Compare a draft of a policy with past decisions'), ('train_model', 'Train a model'), ('withdraw_model', 'Reach what a withdrawn model made'), ('make_insight', 'Read a screening')], max_length=20),
        ),
        migrations.AddConstraint(
            model_name='job',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['write_screenplay', 'render_take', 'audit_take', 'assemble_cut', 'audit_cut', 'audit_import', 'sign_cut', 'look_corpus', 'import_corpus', 'replace_work', 'withdraw_likeness', 'make_output', 'make_binder', 'compare_policies', 'train_model', 'withdraw_model', 'make_insight'])), name='job_kind_known'),
        ),
            ]
        ),
    ]
