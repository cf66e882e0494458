"""Which virus scanner looked at a file; those from before had none."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("office", "0014_outbox")]
    operations = [
        migrations.AddField("claimfile", "scanned_by", models.CharField(max_length=20, default="none")),
    ]
