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
        self._listen()

    @staticmethod
    def _let_go() -> None:
        from sibulou.fronts.defence.branches import release_posts
        from sibulou.fronts.defence.publishing import end_shifts
        from sibulou.roster.ending import on_end

        on_end.extend((release_posts, end_shifts))

    @staticmethod
    def _listen() -> None:
        from sibulou.duty.listening import listen
        from sibulou.fronts.defence import steps
        from sibulou.fronts.defence.life import hear_openings
        from sibulou.fronts.defence.passages.following import hear_passages
        from sibulou.fronts.defence.passages.judging import judge_passage
        from sibulou.fronts.defence.passages.register import FORM

        listen(FORM, judge=judge_passage, listener=hear_passages)

        from sibulou.fronts.defence.stores.hearing import hear_stock
        from sibulou.fronts.defence.stores.judging import judge_stock
        from sibulou.fronts.defence.stores.keeping import FORMS

        for form in FORMS:
            listen(form, judge=judge_stock(form), listener=hear_stock)
        listen("post_opened", listener=hear_openings)
        listen(steps.TOLD, listener=steps.hear_versions)
