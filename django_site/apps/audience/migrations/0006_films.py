"""What released films say on their public pages, and what people claim about them."""

import django.db.models.deletion
import django.utils.timezone
import django_site.ids
import django_site.records
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('audience', '0005_economy'),
        ('provenance', '0022_trailers_and_captions'),
        ('reviews', '0007_set_aside'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='FilmClaim',
            fields=[
                ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('kind', models.CharField(choices=[('work', 'It shows or uses a work of mine, or of somebody for whom I speak'), ('person', 'It shows or lets hear me, or somebody for whom I speak'), ('disclosure', 'It is not told truthfully how it was made'), ('other', 'Something else about it is against the law')], max_length=10)),
                ('name', models.CharField(max_length=200)),
                ('email', models.EmailField(max_length=254)),
                ('capacity', models.CharField(blank=True, max_length=200)),
                ('about', models.CharField(max_length=300)),
                ('link', models.URLField(blank=True, max_length=500)),
                ('text', models.TextField()),
                ('start', models.DecimalField(blank=True, decimal_places=3, max_digits=10, null=True)),
                ('end', models.DecimalField(blank=True, decimal_places=3, max_digits=10, null=True)),
                ('token_sha256', django_site.records.Sha256Field(max_length=64, unique=True)),
                ('due_at', models.DateTimeField()),
                ('outcome', models.CharField(blank=True, choices=[('upheld', 'Upheld'), ('partly', 'Upheld in part'), ('refused', 'Not upheld')], max_length=8)),
                ('answer', models.TextField(blank=True)),
                ('answered_at', models.DateTimeField(null=True)),
                ('erased_at', models.DateTimeField(null=True)),
                ('answered_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='film_claims', to='reviews.case')),
                ('release', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='film_claims', to='provenance.release')),
            ],
            options={
                'ordering': ['-created_at'],
                'indexes': [models.Index(fields=['release', '-created_at'], name='film_claim_by_release')],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['work', 'person', 'disclosure', 'other'])), name='film_claim_kind_known'), models.CheckConstraint(condition=models.Q(('token_sha256__regex', '^[0-9a-f]{64}$')), name='film_claim_token_sha256'), models.CheckConstraint(condition=models.Q(models.Q(('answer', ''), ('answered_at__isnull', True), ('answered_by__isnull', True), ('outcome', '')), models.Q(('answered_at__isnull', False), ('answered_by__isnull', False), ('outcome__in', ['upheld', 'partly', 'refused']), models.Q(('answer', ''), _negated=True)), _connector='OR'), name='film_claim_answered_whole'), models.CheckConstraint(condition=models.Q(models.Q(('end__isnull', True), ('start__isnull', True)), models.Q(('end__gt', models.F('start')), ('start__gte', 0)), _connector='OR'), name='film_claim_runs_forwards'), models.CheckConstraint(condition=models.Q(models.Q(models.Q(('text', ''), _negated=True), models.Q(('name', ''), _negated=True), models.Q(('email', ''), _negated=True)), ('erased_at__isnull', False), _connector='OR'), name='film_claim_says_who_and_what')],
            },
        ),
        migrations.CreateModel(
            name='FilmPage',
            fields=[
                ('id', models.UUIDField(default=django_site.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('synopsis', models.TextField(blank=True)),
                ('licence_spdx', models.CharField(blank=True, max_length=64)),
                ('licence_terms', models.TextField(blank=True)),
                ('credits', models.JSONField(blank=True, default=list)),
                ('contact', models.CharField(blank=True, max_length=200)),
                ('changed_at', models.DateTimeField()),
                ('changed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('release', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='film_page', to='provenance.release')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('licence_spdx', ''), ('licence_terms', ''), _connector='OR'), name='film_page_one_licence')],
            },
        ),
    ]
