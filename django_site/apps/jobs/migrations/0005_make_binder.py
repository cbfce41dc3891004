from django.db import migrations, models

from django_site.triggers import TriggersAside

KINDS = [
    ('render_take', 'Render a take'), ('audit_take', 'Audit a take'), ('assemble_cut', 'Assemble the cut'),
    ('audit_cut', 'Audit the cut'), ('audit_import', 'Audit an imported file'), ('sign_cut', 'Sign and release the cut'),
    ('look_corpus', 'Look through a corpus'), ('import_corpus', 'Import a corpus'),
    ('replace_work', 'Replace the file of a work'), ('withdraw_likeness', 'Reach what relied on a grant'),
    ('make_binder', 'Make a clearance binder'),
]


class Migration(migrations.Migration):

    dependencies = [
        ('jobs', '0004_withdraw_likeness'),
    ]

    operations = [TriggersAside([
        migrations.RemoveConstraint(model_name='job', name='job_kind_known'),
        migrations.AlterField(
            model_name='job',
            name='kind',
            field=models.CharField(choices=KINDS, max_length=20),
        ),
        migrations.AddConstraint(
            model_name='job',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', [kind for kind, _ in KINDS])), name='job_kind_known'),
        ),
    ])]
