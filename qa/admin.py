from qa.desk import admin  # noqa: F401 (the admin's autodiscover looks here)
