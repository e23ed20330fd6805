"""Pages about an account are for one person: no cache keeps them, no search engine finds them."""

from accounts import security_log, sessions


class PrivatePages:
    """Sets their headers, and gives django-allauth's pages this site's `site` and status 422."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        own = is_private(request) or request.path.startswith("/admin/")
        was_signed_in = own and request.user.is_authenticated
        response = self.get_response(request)
        if own:
            sessions.note(request)
        if was_signed_in and not request.user.is_authenticated:
            # What the browser still has of this site; not "cookies", which are other hosts', too
            # (Clear Site Data, 3.1).
            response["Clear-Site-Data"] = '"cache", "storage"'
        if response.status_code == 403:
            security_log.note("refused", request.user, path=request.path)
        if is_private(request):
            response["Cache-Control"] = "no-store"
            response["X-Robots-Tag"] = "noindex"
        return response

    def process_template_response(self, request, response):
        """allauth's own `site`, the Host of the request, would hide that of qa.context."""
        if is_private(request) and response.context_data:
            response.context_data.pop("site", None)
            if response.status_code == 200 and has_errors(response.context_data.get("form")):
                response.status_code = 422  # RFC 9110, 15.5.21
        return response


def has_errors(form) -> bool:
    return bool(form is not None and form.is_bound and form.errors)


def is_private(request) -> bool:
    return request.path.startswith("/accounts/")
