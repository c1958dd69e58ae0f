"""Registers the front and its scopes."""

from django.apps import AppConfig


class DefenceConfig(AppConfig):
    name = "sibulou.fronts.defence"
    label = "defence"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from sibulou.fronts.defence import scopes

        scopes.register()
        self._let_go()

    @staticmethod
    def _let_go() -> None:
        from sibulou.fronts.defence.branches import release_posts
        from sibulou.roster.ending import on_end

        on_end.append(release_posts)
