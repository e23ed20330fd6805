"""What the desk's templates ask for."""

from django import template

from qa.desk.overview import overview
from qa.desk.pictures import desk_links
from qa.desk.queue import heat

register = template.Library()
register.filter("desk_links", desk_links)
register.filter("heat", heat)


@register.simple_tag
def desk_overview():
    return overview()
