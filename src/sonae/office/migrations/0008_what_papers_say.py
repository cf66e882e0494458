"""A paper that was issued is kept as what it says; a version whose terms follow each other has a paper for each."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("office", "0007_papers")]
    operations = [
        migrations.AddField("issuedpaper", "part", models.PositiveSmallIntegerField(default=1)),
        # No paper was issued before this: nothing was ever kept without what it says.
        migrations.AddField("issuedpaper", "content", models.BinaryField(default=b""), preserve_default=False),
        migrations.RemoveConstraint("issuedpaper", "paper_of_cover_once"),
        migrations.AddConstraint(
            "issuedpaper",
            models.UniqueConstraint(fields=("kind", "cover", "version", "part"), name="paper_of_cover_once"),
        ),
    ]
