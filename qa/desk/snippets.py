"""Texts used often, put into an answer by `/name`; one's own, and those of all curators."""

import re

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Q

from qa.desk.access import CuratorAdmin
from qa.desk.fields import Text
from qa.models import Snippet

CALLED = re.compile(r"^[ \t]*/([\w-]{1,40})[ \t]*$", re.MULTILINE | re.ASCII)


def of(user) -> list[Snippet]:
    """A curator's snippets by name; one's own stands before a shared one of the same name."""
    rows = Snippet.objects.filter(Q(owner=user) | Q(owner=None))
    found = {row.name: row for row in sorted(rows, key=lambda row: row.owner_id is not None)}
    return sorted(found.values(), key=lambda row: row.name)


def expand(text: str, texts: dict[str, str]) -> str:
    """Put a snippet's text where a line holds `/name` and nothing else; other lines stay."""
    return CALLED.sub(lambda line: texts.get(line[1], line[0]), text)


def expanded(request):
    """The form as sent, with the snippets put into the answer."""
    post = request.POST.copy()
    answer = post.get("answer", "").replace("\r\n", "\n")
    if CALLED.search(answer):
        post["answer"] = expand(answer, {row.name: row.text for row in of(request.user)})
    return post


class SnippetForm(forms.ModelForm):
    text = Text(max_length=10_000, help_text="Markdown, as in an answer.")
    shared = forms.BooleanField(required=False, label="For all curators")

    class Meta:
        model = Snippet
        fields = ["name", "text"]
        help_texts = {"name": "Type / and this name on a line of its own."}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["shared"].initial = self.instance.pk and self.instance.owner_id is None

    def clean(self):
        owner = None if self.cleaned_data.get("shared") else self.user
        same = Snippet.objects.filter(owner=owner, name=self.cleaned_data.get("name"))
        if same.exclude(pk=self.instance.pk).exists():
            self.add_error("name", ValidationError("There is a snippet of this name already."))
        self.instance.owner = owner


@admin.register(Snippet)
class SnippetAdmin(CuratorAdmin):
    """Each curator's own snippets and the shared ones; another's own are nobody else's."""

    form = SnippetForm
    list_display = ["__str__", "beginning", "is_shared"]
    search_fields = ["name", "text"]

    def get_form(self, request, obj=None, **kwargs):
        return type("Form", (super().get_form(request, obj, **kwargs),), {"user": request.user})

    def get_queryset(self, request):
        return super().get_queryset(request).filter(Q(owner=request.user) | Q(owner=None))

    @admin.display(description="text")
    def beginning(self, snippet) -> str:
        return snippet.text[:80]

    @admin.display(description="for all", boolean=True)
    def is_shared(self, snippet) -> bool:
        return snippet.owner_id is None

    has_add_permission = CuratorAdmin.has_module_permission
    has_delete_permission = CuratorAdmin.has_change_permission
