"""Statements whose SQL is written once: for the pages that are rendered most, and for what is
written while all other writers wait.
"""

from collections.abc import Callable
from datetime import UTC, datetime

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import AutoField, Model, QuerySet


class Prepared:
    """A queryset for some values at a time. Django writes its SQL once for each connection, which
    one thread uses at a time, and for each number of values.

    For a query with many parts that takes Django fifty times as long as the database needs to
    answer it. `build` makes the queryset of the values, which are numbers, texts or times, and
    does nothing else with them; a call gives the list of its rows.
    """

    def __init__(self, build: Callable[..., QuerySet]):
        self.build = build

    def __call__(self, *values) -> list:
        known = vars(connections[DEFAULT_DB_ALIAS]).setdefault("prepared", {})
        queryset = known.get((self, len(values)))
        if queryset is None:
            queryset = known[self, len(values)] = self._prepare(values)
        queryset.values_given = [_parameter(value) for value in values]
        return list(queryset._iterable_class(queryset))

    def _prepare(self, values: tuple) -> QuerySet:
        marks = [_mark(place, value) for place, value in enumerate(values)]
        queryset = self.build(*marks)
        compiler = queryset.query.get_compiler(connection=connection)
        sql, parameters = compiler.as_sql()
        known = [_parameter(mark) for mark in marks]
        sql, parameters = _with_constants(sql, parameters, known)
        places = [known.index(one) if one in known else None for one in parameters]

        def execute_sql(*args, **kwargs) -> list:
            given = queryset.values_given
            filled = [
                one if place is None else given[place]
                for one, place in zip(parameters, places, strict=True)
            ]
            with connection.cursor() as cursor:
                cursor.execute(sql, filled)
                return [cursor.fetchall()]

        converters = compiler.get_converters(item[0] for item in compiler.select)
        compiler.execute_sql = execute_sql
        compiler.get_converters = lambda expressions: converters
        queryset.query.get_compiler = lambda *args, **kwargs: compiler
        return queryset


def refresh(instance: Model, rows: list) -> None:
    """`instance.refresh_from_db()` by the one row of a prepared queryset. Raises DoesNotExist.

    What a foreign key points to stays loaded where that is still the same row.
    """
    if not rows:
        raise type(instance).DoesNotExist
    known = instance._state.fields_cache
    for field in instance._meta.concrete_fields:
        value = getattr(rows[0], field.attname)
        if field.is_relation and value != getattr(instance, field.attname):
            known.pop(field.cache_name, None)
        setattr(instance, field.attname, value)
    for field in instance._meta.related_objects:
        known.pop(field.cache_name, None)
    instance._prefetched_objects_cache = {}


def insert(instance: Model) -> None:
    """`instance.save(force_insert=True)` without signals; no value of it is an expression.

    For a row of forty columns Django takes several times as long as the database.
    """
    kind = type(instance)
    known = vars(connection).setdefault("prepared", {})
    if kind not in known:
        known[kind] = _insertion(kind)
    sql, fields = known[kind]
    values = [
        field.get_db_prep_save(field.pre_save(instance, True), connection) for field in fields
    ]
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        instance.pk = cursor.fetchone()[0]
    instance._state.adding, instance._state.db = False, DEFAULT_DB_ALIAS


def _insertion(kind: type[Model]) -> tuple[str, list]:
    """The statement, and the fields whose values it needs: all but a number that is given."""
    meta, quoted = kind._meta, connection.ops.quote_name
    fields = [field for field in meta.concrete_fields if not isinstance(field, AutoField)]
    columns = ", ".join(quoted(field.column) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    return (
        f"INSERT INTO {quoted(meta.db_table)} ({columns}) VALUES ({places})"  # noqa: S608
        f" RETURNING {quoted(meta.pk.column)}",
        fields,
    )


def update(kind: type[Model], where: dict, changes: dict) -> int:
    """`kind.objects.filter(**where).update(**changes)`: how many rows, which have each column of
    `where`, got those of `changes`. No value is None in `where`, or an expression.
    """
    meta, quoted = kind._meta, connection.ops.quote_name
    given = [(meta.get_field(name), value) for name, value in [*changes.items(), *where.items()]]
    values = [field.get_db_prep_save(value, connection) for field, value in given]
    parts = [f"{quoted(field.column)} = %s" for field, _ in given]
    changed, same = ", ".join(parts[: len(changes)]), " AND ".join(parts[len(changes) :])
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {quoted(meta.db_table)} SET {changed} WHERE {same}",  # noqa: S608
            values,
        )
        return cursor.rowcount


def _with_constants(sql: str, parameters: tuple, marks: list) -> tuple[str, list]:
    """The SQL with the texts that are always the same written into it, and what is left to fill in.

    Where a parameter decides whether a partial index serves, SQLite plans the query anew for each
    value (sqlite3_bind, "expired"), which took five times as long as the rest of a page's query.
    """
    pieces, left = sql.split("%s"), []
    for place, one in enumerate(parameters):
        if isinstance(one, str) and one not in marks:
            text = one.replace("'", "''").replace("%", "%%")
            pieces[place] += f"'{text}'"
        else:
            pieces[place] += "%s"
            left.append(one)
    return "".join(pieces), left


def _mark(place: int, value):
    """What stands for a value while the SQL is written; no value of the site looks like it."""
    if isinstance(value, datetime):
        return datetime(1, 2, 3 + place, tzinfo=UTC)
    return -7_777_777 - place if isinstance(value, int) else f"-the value at {place}-"


def _parameter(value):
    """As the database gets it."""
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return value
