from django.db import models


class Edition(models.Model):
    """What is public has an edition, which changes with every change of it, in its transaction.

    Triggers write the rows (config/edition.py): on SQLite one that counts, on PostgreSQL one for
    each transaction, so that two of them never wait for each other.
    """

    id = models.BigIntegerField(primary_key=True)
    number = models.BigIntegerField(default=0)
