from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class OfficeConfig(AppConfig):
    name = "sonae.office"
    label = "office"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import walls

        pre_migrate.connect(walls.before_migrating, sender=self)
        post_migrate.connect(walls.after_migrating, sender=self)
