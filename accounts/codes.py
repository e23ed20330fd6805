"""A mailed code is for the account as it was: with another password it opens nothing any more."""

from allauth.account.stages import LoginByCodeStage, LoginStageController

from accounts.models import User

MARK = "code_mark"  # in the session that asked for a code


def remember(request, email: str) -> None:
    user = User.objects.filter(emailaddress__email__iexact=email).first()
    request.session[MARK] = user.get_session_auth_hash() if user else ""


def is_outdated(request) -> bool:
    stage = LoginStageController.enter(request, LoginByCodeStage.key)
    user = stage and stage.login.user
    return bool(user) and request.session.get(MARK) != user.get_session_auth_hash()
