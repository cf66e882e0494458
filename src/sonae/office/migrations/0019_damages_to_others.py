"""Damages go to anybody but the claimant only against proof or consent: a vendor is no way round article 22."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("office", "0018_payments_still_due")]
    operations = [
        migrations.RemoveConstraint(model_name="claimpayment", name="damages_to_the_insured_need_proof"),
        migrations.AddConstraint(
            model_name="claimpayment",
            constraint=models.CheckConstraint(
                condition=Q(damages=0)
                | Q(payee_kind="claimant")
                | Q(lien__in=("paid_to_claimant", "claimant_consent")),
                name="damages_to_others_need_proof",
            ),
        ),
    ]
