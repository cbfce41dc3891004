"""How large an organisation is, as its head of legal declares."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from django_site.triggers import TriggersAside


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_notices_and_tokens'),
    ]

    operations = [TriggersAside([
        migrations.AddField(
            model_name='organisation',
            name='annual_revenue',
            field=models.PositiveBigIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='organisation',
            name='monthly_users',
            field=models.PositiveBigIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='organisation',
            name='revenue_currency',
            field=models.CharField(blank=True, max_length=3),
        ),
        migrations.AddField(
            model_name='organisation',
            name='size_declared_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='organisation',
            name='size_declared_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='organisation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('annual_revenue__isnull', True), ('monthly_users__isnull', True), ('size_declared_at__isnull', True)), models.Q(('size_declared_at__isnull', False), ('size_declared_by__isnull', False)), _connector='OR'), name='organisation_size_declared_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='organisation',
            constraint=models.CheckConstraint(condition=models.Q(('annual_revenue__isnull', True), ('revenue_currency__regex', '^[A-Z]{3}$'), _connector='OR'), name='organisation_revenue_has_currency'),
        ),
    ])]
