"""How a form looks, said once: `{{ form }}` and `{{ form.title.as_field_group }}` use these."""

from django.forms.renderers import TemplatesSetting


class Renderer(TemplatesSetting):
    """Renders forms and fields with the site's components.

    Widgets come from django.forms, which therefore stands in INSTALLED_APPS. The admin lays out
    its own forms and takes only the widgets from here.
    """

    form_template_name = "components/form.html"
    field_template_name = "components/field.html"
