"""Pages of a member: what I asked, who I am, all of it to take along or to erase."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import FileResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import exporting, fresh_sign_in
from accounts.belongings import (
    followers_of,
    questions_of,
    reader_answers_of,
    subscribers_of,
    verified_emails,
)
from accounts.erasing import erase
from accounts.forms import EraseForm, ProfileForm
from accounts.second_factor import end_sessions

require_GET_or_POST = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@login_required
def me(request):
    context = {
        "questions": questions_of(request.user),
        "answers": reader_answers_of(request.user),
        "subscribers": subscribers_of(request.user),
        "followers": followers_of(request.user),
        "emails": verified_emails(request.user),
        "section": "account",
    }
    return render(request, "accounts/me.html", context)


@require_GET_or_POST
@login_required
def profile(request):
    form = ProfileForm(bound(request), instance=request.user)
    if form.is_bound and form.is_valid():
        form.save()
        messages.success(request, "Saved.")
        return redirect("accounts:profile")
    return page(request, "accounts/profile.html", form)


@require_safe
@login_required
def sessions(request):
    """Where this person is signed in."""
    own = request.user.sessions.filter(expire_date__gt=timezone.now()).order_by("-seen_at")
    here = request.session.session_key
    context = {"sessions": own, "here": here, "section": "account"}
    return render(request, "accounts/sessions.html", context)


@require_POST
@login_required
def end_session(request, mark):
    """Ending one that has ended says the same: a second click does no harm."""
    own = [row.pk for row in request.user.sessions.all() if row.mark == mark]
    if request.session.session_key in own:
        logout(request)
        return redirect(settings.ACCOUNT_LOGOUT_REDIRECT_URL)
    request.user.sessions.filter(pk__in=own).delete()
    messages.success(request, "That device is signed out.")
    return redirect("accounts:sessions")


@require_POST
@login_required
def end_other_sessions(request):
    end_sessions(request.user, but=request.session.session_key)
    messages.success(request, "All other devices are signed out.")
    return redirect("accounts:sessions")


@require_GET_or_POST
@login_required
def export(request):
    """GET only shows the button: where one comes to after having shown who it is."""
    fresh_sign_in.demand(request)
    if request.method != "POST":
        return render(request, "accounts/export.html", {"section": "account"})
    return FileResponse(
        exporting.archive(request.user), as_attachment=True, filename="my-account.zip"
    )


@require_GET_or_POST
@login_required
def erase_account(request):
    """Staff ask the owner: answers of theirs stand in the archive under their name."""
    if request.user.is_staff:
        return render(request, "accounts/erase_staff.html", {"section": "account"})
    fresh_sign_in.demand(request, keep=["questions"])
    form = EraseForm(bound(request), initial={"questions": request.GET.get("questions", "keep")})
    if not form.is_bound or not form.is_valid():
        return page(request, "accounts/erase.html", form)
    erase(request.user, keep_published=form.keeps_published)
    logout(request)
    return render(request, "accounts/erased.html")


def bound(request):
    return request.POST if request.method == "POST" else None


def page(request, template, form):
    context = {"form": form, "section": "account"}
    return render(request, template, context, status=422 if form.errors else 200)
