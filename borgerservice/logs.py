"""What reaches the log: routes, never addresses, since an address may hold what somebody typed."""

import logging


class RoutesOnly(logging.Filter):
    """Put the route in place of the address in Django's records of a request."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep every record, without the path that was asked for."""
        request = getattr(record, "request", None)
        if request is not None:
            match = getattr(request, "resolver_match", None)
            route = f"/{match.route}" if match else "no route"
            path = getattr(request, "path", "")
            arguments = record.args if isinstance(record.args, tuple) else ()
            record.args = tuple(route if argument == path else argument for argument in arguments)
        return True
