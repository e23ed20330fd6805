"""Several short lists in one query: a page of the archive is one row."""

from django.db.models import JSONField, Subquery
from django.db.models.functions import JSONObject


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
