import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


def move(apps, schema_editor):
    """Move the one secret of each consumer into its own row.

    When it was last used is not known. A consumer calls with a token that it fetched with the secret at most
    half an hour before, so the last call is close to it.
    """
    Consumer = apps.get_model("consumers", "Consumer")
    ConsumerSecret = apps.get_model("consumers", "ConsumerSecret")
    for consumer in Consumer.objects.exclude(client_secret="").iterator():
        ConsumerSecret.objects.create(
            consumer=consumer,
            digest=consumer.client_secret,
            hint=consumer.secret_hint,
            created_at=consumer.created,
            created_by_id=consumer.created_by_id,
            last_used_at=consumer.last_used_at,
        )
    Consumer.objects.update(client_secret="")


def move_back(apps, schema_editor):
    """Put the newest live secret back into the consumer."""
    Consumer = apps.get_model("consumers", "Consumer")
    ConsumerSecret = apps.get_model("consumers", "ConsumerSecret")
    live = ConsumerSecret.objects.filter(revoked_at=None).exclude(expires_at__lte=django.utils.timezone.now())
    for secret in live.order_by("created_at", "pk").iterator():
        Consumer.objects.filter(pk=secret.consumer_id).update(
            client_secret=secret.digest, secret_hint=secret.hint
        )


class Migration(migrations.Migration):

    dependencies = [
        ('consumers', '0013_allowed_networks'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ConsumerSecret',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64)),
                ('hint', models.CharField(max_length=4)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('last_used_at', models.DateTimeField(null=True)),
                ('expires_at', models.DateTimeField(null=True)),
                ('revoked_at', models.DateTimeField(null=True)),
                ('warned_days', models.PositiveSmallIntegerField(null=True)),
                ('consumer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='secrets', to=settings.OAUTH2_PROVIDER_APPLICATION_MODEL)),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('-created_at', '-pk'),
            },
        ),
        migrations.RunPython(move, move_back),
        migrations.RemoveField(
            model_name='consumer',
            name='secret_hint',
        ),
    ]
