# The app `connections` goes on with these models and their tables.

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('consumers', '0008_trusted_issuers'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(state_operations=[
            migrations.DeleteModel(name='LinkAttempt'),
            migrations.DeleteModel(name='LinkedAccount'),
            migrations.DeleteModel(name='ApiConnection'),
        ]),
    ]
