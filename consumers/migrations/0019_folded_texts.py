import listing.folded_columns
from django.db import migrations
from django.db.models import TextField, Value
from django.db.models.functions import Concat

from listing.folding import Folded


def fill(apps, editor):
    line = Value("\n")
    text = Concat("name", line, "description", line, "client_id", line, "metadata_url", output_field=TextField())
    apps.get_model("consumers", "Consumer").objects.update(folded=Folded(text))


class Migration(migrations.Migration):

    dependencies = [
        ('consumers', '0018_folded_columns'),
    ]

    operations = [
        migrations.AddField(
            model_name='consumer',
            name='folded',
            field=listing.folded_columns.FoldedField('name', 'description', 'client_id', 'metadata_url', blank=True, db_default='', default='', editable=False),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]
