"""Registers the front and its scopes."""

from django.apps import AppConfig


class ControlConfig(AppConfig):
    name = "sibulou.fronts.control"
    label = "control"

    def ready(self) -> None:
        from sibulou.fronts.control import scopes

        scopes.register()
        self._listen()

    @staticmethod
    def _listen() -> None:
        from sibulou.duty.listening import listen
        from sibulou.fronts.control.orders import following, judging

        for form in following.SENT:
            listen(form, judge=judging.judge_order, listener=following.hear_orders)
        for form in following.DONE:
            listen(form, listener=following.hear_answers)
