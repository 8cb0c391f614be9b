"""Who may: closed unless the view is open to anyone, or the token holds the scope it names."""

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from borgerservice.api.authentication import Caller


class HasScope(BasePermission):
    """The token holds the scope that the view names for the method.

    A method without a handler passes, so that it is answered with 405; a handler without a scope
    lets nobody in.
    """

    code = "insufficient_scope"

    def has_permission(self, request: Request, view: object) -> bool:
        if getattr(view, "open_to", "") == "anyone":
            return True
        method = str(request.method)
        names = getattr(view, "http_method_names", ())
        if method.lower() not in names or not hasattr(view, method.lower()):
            return True
        scopes = getattr(view, "scopes", {})
        needed = scopes.get("GET" if method == "HEAD" else method)
        return isinstance(request.auth, Caller) and needed in request.auth.scopes
