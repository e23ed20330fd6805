import pytest
from django.core.cache import cache

from tests import factories


@pytest.fixture(autouse=True)
def _no_counts_from_other_tests():
    """Rate limits count in the cache."""
    cache.clear()


@pytest.fixture
def cora(db):
    """Who answers questions, and writes letters, too."""
    user = factories.curator()
    user.groups.add(factories.role("Editor"))
    return user
