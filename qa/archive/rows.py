"""Several short lists in one query: a page of the archive is one row."""

from django.db.models import JSONField, Subquery
from django.db.models.functions import JSONArray


class Named(JSONField):
    """A list of lists in the database, read as a list of dictionaries with these names."""

    def __init__(self, names: tuple[str, ...]):
        super().__init__()
        self.names = names

    def from_db_value(self, value, expression, connection) -> list[dict]:
        if value == "[]":
            return []
        rows = super().from_db_value(value, expression, connection)
        return [dict(zip(self.names, row, strict=True)) for row in rows]


class Rows(Subquery):
    """The rows of a correlated queryset as a list of dictionaries with the given fields.

    As in `annotate(sources=Rows(Reference.objects.filter(answer=OuterRef("pk")), "title"))`.
    Dates arrive as the database's text.
    """

    def __init__(self, queryset, *fields: str, **named):
        names = {name: name for name in fields} | named
        item = JSONArray(*names.values())
        super().__init__(queryset.values(item=item), output_field=Named(tuple(names)))

    def as_sqlite(self, compiler, connection):
        template = "(SELECT json_group_array(json(item)) FROM (%(subquery)s) AS list)"
        return self.as_sql(compiler, connection, template=template)

    def as_postgresql(self, compiler, connection):
        template = "(SELECT coalesce(jsonb_agg(item), '[]') FROM (%(subquery)s) AS list)"
        return self.as_sql(compiler, connection, template=template)
