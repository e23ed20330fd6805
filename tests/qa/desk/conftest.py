import pytest

from qa.models import Image
from tests import factories


@pytest.fixture
def cleo(db):
    """A second curator."""
    return factories.curator("Cleo")


@pytest.fixture
def second_desk(cleo, settings):
    from django.test import Client

    settings.STAFF_MFA = False
    client = Client()
    client.force_login(cleo, "allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def question(db):
    return factories.pending()


@pytest.fixture
def pictured(db):
    """A waiting question with two pictures."""
    question = factories.draft()
    for order in range(2):
        Image(question=question, order=order, alt=f"Calf {order}").store(factories.picture())
    question.submit()
    return question
