"""What a stolen database would open: keys of sessions become hashes, second factors are sealed."""

from django.db import migrations

from accounts.second_factors import sealed
from accounts.sessions import stored_key


def hash_session_keys(apps, schema_editor):
    """Keep the sessions: a cookie finds its row by the hash."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT session_key FROM django_session")
        for (key,) in cursor.fetchall():
            cursor.execute(
                "UPDATE django_session SET session_key = %s WHERE session_key = %s", [stored_key(key), key]
            )


def seal_second_factors(apps, schema_editor):
    for authenticator in apps.get_model("mfa", "Authenticator").objects.iterator():
        names = [name for name in ("secret", "seed") if "." not in authenticator.data.get(name, ".")]
        if names:
            authenticator.data |= {name: sealed(authenticator.data[name]) for name in names}
            authenticator.save(update_fields=["data"])


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0010_switch_and_restoration"),
        ("mfa", "0003_authenticator_type_uniq"),
        ("sessions", "0001_initial"),
    ]

    operations = [
        migrations.RunPython(hash_session_keys, migrations.RunPython.noop),
        migrations.RunPython(seal_second_factors, migrations.RunPython.noop),
    ]
