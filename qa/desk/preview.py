"""The answer as readers will see it, before anything is saved."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST

from qa import markdown
from qa.desk import snippets
from qa.desk.access import curators_only
from qa.desk.fields import Text
from qa.desk.pictures import desk_links
from qa.desk.sheet import Sheet
from qa.models import Question, SiteProfile


@require_POST
@curators_only
def preview(request, pk: int):
    """A fragment of safe HTML for the live preview; with ?page a whole page, without scripts."""
    question = get_object_or_404(Question.objects.sent(), pk=pk)
    if "page" in request.GET:
        return _whole_page(request, question)
    return HttpResponse(markdown.render(Text().to_python(snippets.expanded(request).get("answer"))))


def _whole_page(request, question: Question):
    sheet = Sheet(question, snippets.expanded(request))
    sheet.is_valid()
    texts = {
        name: Text().to_python(sheet.form[name].value()) for name in ["title", "body", "answer"]
    }
    context = {
        "question": question,
        "title": texts["title"],
        "body_html": markdown.plain_paragraphs(texts["body"]),
        "answer_html": markdown.render(texts["answer"]),
        "author": request.user,
        "images": [desk_links(image) for image, form in sheet.pictures if form["publish"].value()],
        "references": sheet.typed_references(),
        "site": SiteProfile.load(),
    }
    return render(request, "qa/desk/preview.html", context)
