# The models were made in `consumers`; their tables stay where they are.

import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('consumers', '0009_connections'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(state_operations=[
            migrations.CreateModel(
                name='ApiConnection',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('kind', models.CharField(choices=[('embedded', 'Embedded Fracttal One'), ('fracttal_one', 'Fracttal One')], default='embedded', max_length=16)),
                    ('api_url', models.CharField(default='https://app.fracttal.com/api', max_length=500)),
                    ('authorize_url', models.CharField(default='https://one.fracttal.com/oauth/authorize', max_length=500)),
                    ('token_url', models.CharField(default='https://one.fracttal.com/oauth/token', max_length=500)),
                    ('scope', models.CharField(blank=True, max_length=500)),
                    ('client_key', models.CharField(blank=True, max_length=200)),
                    ('client_secret', models.TextField(blank=True, editable=False)),
                    ('program_key', models.CharField(blank=True, max_length=200)),
                    ('program_secret', models.TextField(blank=True, editable=False)),
                    ('remote_company_id', models.BigIntegerField(editable=False, null=True)),
                    ('updated_at', models.DateTimeField(auto_now=True)),
                    ('company', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='api_connection', to='accounts.company')),
                    ('updated_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={'db_table': 'consumers_apiconnection'},
            ),
            migrations.CreateModel(
                name='LinkAttempt',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                    ('state_digest', models.CharField(max_length=64, unique=True)),
                    ('session_digest', models.CharField(max_length=64)),
                    ('verifier', models.TextField()),
                    ('authorization_request_id', models.UUIDField(null=True)),
                    ('expires_at', models.DateTimeField(db_index=True)),
                    ('used_at', models.DateTimeField(null=True)),
                    ('connection', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='connections.apiconnection')),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={'db_table': 'consumers_linkattempt'},
            ),
            migrations.CreateModel(
                name='LinkedAccount',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('access_token', models.TextField(editable=False)),
                    ('refresh_token', models.TextField(blank=True, editable=False)),
                    ('expires_at', models.DateTimeField()),
                    ('refresh_at', models.DateTimeField()),
                    ('generation', models.PositiveIntegerField(default=1)),
                    ('lease', models.UUIDField(editable=False, null=True)),
                    ('lease_ends_at', models.DateTimeField(editable=False, null=True)),
                    ('account_id', models.BigIntegerField(null=True)),
                    ('account_email', models.CharField(blank=True, max_length=254)),
                    ('linked_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('refreshed_at', models.DateTimeField(null=True)),
                    ('dead_since', models.DateTimeField(null=True)),
                    ('connection', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='links', to='connections.apiconnection')),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='linked_accounts', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'db_table': 'consumers_linkedaccount',
                    'constraints': [models.UniqueConstraint(fields=('connection', 'user'), name='one_link_per_person_and_connection')],
                },
            ),
        ]),
    ]
