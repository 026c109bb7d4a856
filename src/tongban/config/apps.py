"""Plugs the departments in and says which node this is, when the program starts."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """The roof as an app: it has no tables, only the moment at which everything is loaded."""

    name = "tongban.config"
    label = "config"

    def ready(self) -> None:
        """Plug the wiring into its socket."""
        from tongban.config import nodes, wiring
        from tongban.flows import asking
        from tongban.plumbing import sockets, tx

        nodes.settle()
        sockets.plug(wiring)
        tx.carry_by(asking.carry)
