"""Several short lists in one query, whose SQL is written once: a page of the archive is one row."""

import threading
from collections.abc import Callable

from django.db import connection
from django.db.models import JSONField, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.db.models.query import ModelIterable


class Rows(Subquery):
    """The rows of a correlated queryset as a JSON list of objects with the given fields.

    As in `annotate(sources=Rows(Reference.objects.filter(answer=OuterRef("pk")), "title"))`.
    Dates arrive as the database's text.
    """

    output_field = JSONField()

    def __init__(self, queryset, *fields: str, **named):
        names = {name: name for name in fields} | named
        super().__init__(queryset.values(item=JSONObject(**names)))

    def as_sqlite(self, compiler, connection):
        template = "(SELECT json_group_array(json(item)) FROM (%(subquery)s) AS list)"
        return self.as_sql(compiler, connection, template=template)

    def as_postgresql(self, compiler, connection):
        template = "(SELECT coalesce(jsonb_agg(item), '[]') FROM (%(subquery)s) AS list)"
        return self.as_sql(compiler, connection, template=template)


class Prepared:
    """A queryset for one number at a time. Django writes its SQL once for each thread.

    For a query with many parts that takes Django fifty times as long as the database needs to
    answer it. `build` makes the queryset for a number.
    """

    MARK = -7_777_777  # stands for the number in the SQL's parameters

    def __init__(self, build: Callable[[int], QuerySet]):
        self.build, self.made = build, threading.local()

    def __call__(self, number: int) -> list:
        if not hasattr(self.made, "queryset"):
            self._prepare()
        self.made.number = number
        return list(ModelIterable(self.made.queryset))

    def _prepare(self) -> None:
        queryset = self.build(self.MARK)
        compiler = queryset.query.get_compiler(connection=connection)
        sql, parameters = compiler.as_sql()

        def execute_sql(*args, **kwargs) -> list:
            number = self.made.number
            values = [number if value == self.MARK else value for value in parameters]
            with connection.cursor() as cursor:
                cursor.execute(sql, values)
                return [cursor.fetchall()]

        compiler.execute_sql = execute_sql
        queryset.query.get_compiler = lambda *args, **kwargs: compiler
        self.made.queryset = queryset
