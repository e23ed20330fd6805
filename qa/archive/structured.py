"""schema.org's account of the pages. Every text in it stands on the page as well."""

from qa.models import Answer, SiteProfile, Topic
from qa.page import absolute, page_of


def website(site: SiteProfile) -> dict:
    """The site, and how it is searched."""
    return _without_empty(
        {
            "@type": "WebSite",
            "name": site.name,
            "description": site.tagline,
            "url": absolute("/"),
            "potentialAction": {
                "@type": "SearchAction",
                "target": absolute("/search/?q={search_term_string}"),
                "query-input": "required name=search_term_string",
            },
        }
    )


def article(topic: Topic, site: SiteProfile) -> dict:
    """A topic's article, its author and its research list."""
    author = author_of(topic, site)
    return _without_empty(
        {
            "@type": _page_type(site),
            "name": topic.title,
            "headline": topic.title,
            "description": topic.summary,
            "url": absolute(topic.get_absolute_url()),
            "image": absolute(topic.share_image) if topic.share_image else "",
            "author": author,
            "reviewedBy": author,
            "datePublished": topic.created_at.isoformat(),
            "lastReviewed": topic.reviewed_at and topic.reviewed_at.isoformat(),
            "citation": [citation(source) for source in topic.sources],
        }
    )


def question(answer: Answer, site: SiteProfile) -> dict:
    """A question page: QAPage only where readers may answer, as search engines ask for."""
    asked = answer.question
    url = absolute(asked.get_absolute_url())
    entity = _question(answer, site, url)
    if asked.topic.accepts_reader_answers:
        return {"@type": "QAPage", "name": asked.title, "url": url, "mainEntity": entity}
    author = entity["acceptedAnswer"].get("author")
    return _without_empty(
        {
            "@type": _page_type(site),
            "name": asked.title,
            "url": url,
            "datePublished": asked.published_at.isoformat(),
            "dateModified": _corrected_at(answer),
            "author": author,
            "reviewedBy": author,
            "lastReviewed": answer.reviewed_at and answer.reviewed_at.isoformat(),
            "citation": [citation(source) for source in answer.sources],
            "mainEntity": entity,
        }
    )


def _question(answer: Answer, site: SiteProfile, url: str) -> dict:
    asked = answer.question
    return _without_empty(
        {
            "@type": "Question",
            "name": asked.title,
            "text": " ".join(asked.body.split()),
            "url": url,
            "author": _named(asked.name),
            "datePublished": asked.submitted_at and asked.submitted_at.isoformat(),
            "answerCount": 1 + len(answer.readers),
            "acceptedAnswer": _without_empty(
                {
                    "@type": "Answer",
                    "text": answer.text,
                    "url": f"{url}#answer",
                    "author": author_of(answer, site),
                    "datePublished": asked.published_at.isoformat(),
                    "dateModified": _corrected_at(answer),
                }
            ),
            "suggestedAnswer": [_reader_answer(reader, url) for reader in answer.readers],
        }
    )


def _corrected_at(answer: Answer) -> str:
    """When the newest correction that stands under the answer was made."""
    return answer.corrections[-1]["date"].isoformat() if answer.corrections else ""


def _reader_answer(reader: dict, url: str) -> dict:
    return {
        "@type": "Answer",
        "text": reader["text"],
        "url": f"{url}#{reader['anchor']}",
        "author": _named(reader["name"]),
        "datePublished": reader["date"].isoformat(),
    }


def author_of(written, site: SiteProfile) -> dict:
    """Who wrote an answer or a topic's article, with their page; the curator where the author is
    unknown; {} for neither.
    """
    user = written.author
    name = user.public_name if user else site.curator_name
    credentials = user.credentials if user else site.curator_credentials
    return _named(name) and _named(name) | _without_empty({"jobTitle": credentials}) | _page_of(
        user
    )


def profile(user, bio: str) -> dict:
    """The page of somebody who answers; `bio` is plain text."""
    about = {"jobTitle": user.credentials, "description": bio}
    return {
        "@type": "ProfilePage",
        "mainEntity": _without_empty(_named(user.public_name) | about | _page_of(user)),
    }


def _page_of(user) -> dict:
    path = page_of(user)
    return {"url": absolute(path)} if path else {}


def citation(source) -> dict:
    return _without_empty({"@type": "CreativeWork", "name": source.title, "url": source.link or ""})


def _named(name: str) -> dict:
    return {"@type": "Person", "name": name} if name else {}


def _page_type(site: SiteProfile) -> str:
    return "MedicalWebPage" if site.is_medical else "WebPage"


def _without_empty(data: dict) -> dict:
    return {name: value for name, value in data.items() if value not in ("", None, [], {})}
