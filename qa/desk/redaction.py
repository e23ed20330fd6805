"""Likely personal details in a text: what a curator should look at before it becomes public.

Rules and a list of given names, no model: it runs in a millisecond, and one can say why a word was
marked. It misses some and marks too much; tests/qa/desk/redaction/ holds the measured recall and
precision. The kinds follow the "safe harbor" list of HIPAA, 45 CFR 164.514(b)(2).
"""

import re
from dataclasses import dataclass

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString

from qa.desk.names import name_spans

PUT_INSTEAD = {
    "e-mail": "[e-mail address]",
    "phone": "[phone number]",
    "record": "[record number]",
    "birth": "[date of birth]",
    "address": "[address]",
    "age": "[over 89]",
    "name": "[name]",
}
LABELS = {
    "e-mail": "E-mail address",
    "phone": "Phone number",
    "record": "Record number",
    "birth": "Date of birth",
    "address": "Postal address",
    "age": "Age over 89",
    "name": "Name",
}


@dataclass(frozen=True)
class Finding:
    """Some characters of a text and what they seem to tell; `start` and `end` as in a slice."""

    start: int
    end: int
    kind: str
    words: str

    @property
    def label(self) -> str:
        return LABELS[self.kind]

    @property
    def instead(self) -> str:
        return PUT_INSTEAD[self.kind]

    @property
    def value(self) -> str:
        """How a button of the page names it."""
        return f"{self.kind}:{self.words}"


PROVIDERS = (
    r"(?:gmail|googlemail|yahoo|ymail|hotmail|outlook|live|icloud|aol|gmx|proton\w*|msn|mail)"
)
AT = r"\s{0,3}(?:[(\[{<]\s*(?:at|@)\s*[)\]}>]|@)\s{0,3}"
DOT = r"(?:\s{0,2}[(\[{<]\s*(?:dot|\.)\s*[)\]}>]\s?|\s+dot\s+|\s?\.(?!\s)|\s\.\s)"
BOX = r"(?<![\w.+'’%-])[\w.+'’%-]{0,63}\w"  # RFC 5321, 4.5.3.1.1: at most 64 octets
EMAIL = re.compile(
    # Plainly written: it ends where its last word does, whatever sentence follows.
    rf"{BOX}@[\w-]{{1,63}}(?:\.[\w-]{{1,63}}){{0,5}}\.[a-z]{{2,}}\b"
    rf"|{BOX}{AT}[\w-]{{1,63}}(?:{DOT}[\w-]{{1,63}}){{0,5}}(?:{DOT}|,)[a-z]{{2,}}\b"
    rf"|{BOX}{AT}{PROVIDERS}\b"
    rf"|{BOX}(?:\s+dot\s+\w+){{0,3}}\s+at\s+[\w-]{{1,63}}(?:\s+dot\s+[\w-]{{1,63}}){{1,4}}"
    rf"|{BOX}\s+at\s+{PROVIDERS}\.[a-z.]{{2,}}\b",
    re.IGNORECASE,
)

WEB = re.compile(r"(?:https?://|www\.)\S+|\b10\.\d{4,9}/\S+", re.IGNORECASE)
DIGITS = re.compile(r"(?<![\w.,])[+(]{0,2}\d(?:[ \t().\-–/\u00a0]{0,3}\d){6,15}(?![\w%])")
CALL = re.compile(
    r"\b(?:(?:tele)?phone|tel|cell|mobile|mob|call|whats\s?app|contact|fax|text me|"
    r"ring|reach|number|nr|no|#)\W*"
    r"(?:\w+\W+){0,3}\W*$",
    re.IGNORECASE,
)
NOT_CALL = re.compile(
    r"(?:\bndc|\bpmid|\bpmc|\bisbn|\bnct|\bnhs|\bmrn|\brecord|\bpolicy|\binsurance|\bcode|\blot|\brs|"
    r"\bgene|\bcas|\bmember|\bclaim|\bpatient|\bhospital|\breference|\bssn|\bsecurity|\bpassport)"
    r"\W*(?:\w+\W+){0,3}$",
    re.IGNORECASE,
)
DATE = re.compile(r"\d{1,2}[/.-]\d{1,2}[/.-](?:19|20)?\d\d|(?:19|20)\d\d[/.-]?\d\d[/.-]?\d\d")
YEARS = re.compile(r"(?:19|20)\d\d\s*[-–/]\s*(?:19|20)\d\d")
AMOUNT = re.compile(
    r"\s*(?:mg|mcg|ml|kg|g\b|iu|units|cells|copies|euros?|dollars|pounds|years|days|per\b|/)", re.I
)
SPELLED = re.compile(
    r"\b(?:(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|double|triple)[\s,-]+){6,}"
    r"(?:zero|oh|one|two|three|four|five|six|seven|eight|nine)\b",
    re.IGNORECASE,
)

MONTH = r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.?"
DAY = (
    r"(?:\d{1,4}\s?[/.-]\s?\d{1,2}\s?[/.-]\s?\d{1,4}"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?\s*(?:of\s+)?{MONTH},?\s*\d{{2,4}}"
    rf"|{MONTH}\s*\d{{1,2}}(?:st|nd|rd|th)?,?\s*\d{{2,4}})"
)
BIRTH = re.compile(
    rf"\b(?:d\.?\s?o\.?\s?b\b\.?|date of birth|birth\s?date|birthday|born)(?P<gap>[^\d\n]{{0,30}}?)"
    rf"(?P<it>{DAY})(?![\d/])",
    re.IGNORECASE,
)

NUMBER_OF = (
    r"(?:nhs|mrn|m\.r\.n\.|nhi|chi|ssn|social security|national insurance|medicare|medicaid|"
    r"(?:medical\s+|hospital\s+|health\s+|patient\s+)?records?|hospital|patient|chart|case|insurance|"
    r"policy|member(?:ship)?|subscriber|group|passport|driver'?s?\s+licen[cs]e|claim|account|"
    r"health\s?card|aadhaar|crm|gmc|nmc|npi|dea)"
)
RECORD = re.compile(
    rf"\b{NUMBER_OF}(?:\s*(?:record|card|id|number|numbers|num|nbr|nr|no|is|was)\b\.?|\s?[#:=(-]){{0,4}}\s{{0,3}}"
    r"(?P<it>(?=[A-Za-z\d/ -]{0,30}\d{2})[A-Z]{0,4}[ -]?\d[A-Za-z\d]*"
    r"(?:[ /-]?[A-Z]{0,3}\d[A-Za-z\d]*){0,5}(?: [A-Z]\b)?)",
    re.IGNORECASE,
)
RECORD_SHAPES = re.compile(
    r"\b\d{3}-\d{2}-\d{4}\b"  # United States: social security
    r"|\b[A-CEGHJ-PR-TW-Z][A-Z] ?\d\d ?\d\d ?\d\d ?[A-D]\b"  # United Kingdom: national insurance
    r"|\b(?:CRM|GMC|NMC|NPI)[ -]?\d{5,}\b"  # registers of doctors and nurses
    r"|\b[1-9][A-Z][A-Z\d]\d-?[A-Z][A-Z\d]\d-?[A-Z]{2}\d\d\b"  # United States: Medicare
)

STREET = r"(?:street|str|road|rd|avenue|ave|lane|ln|boulevard|blvd|crescent|terrace|highway|hwy)"
SQUARE = (
    r"(?:St|Drive|Dr|Court|Ct|Close|Way|Place|Pl|Gardens|Square|Sq|Row|Hill|Park|Grove|Mews|Walk|"
    r"Parkway|Pkwy|Circle|Cir|Trail|Rise|View|Green|Quay|Wharf|Croft|Drift)"
)
POSTCODE = (
    r"(?:[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}|(?:[A-Z]{2}\.?\s+)?\d{5}(?:-\d{4})?"
    r"|[A-Z]\d[A-Z]\s?\d[A-Z]\d)"
)
WORD = r"[^\W\d_a-zß-ÿ][^\W\d_.'’-]*(?!\w)"
PLACE = rf"(?:[ \t]*,[ \t]*(?:\d{{4,5}}[ \t]+)?{WORD}(?:[ \t-]{WORD}){{0,2}})"
AFTER = rf"(?:\.?{PLACE}{{0,3}}(?:[ \t]*,?[ \t]*(?:{WORD}[ \t]+){{0,2}}(?i:{POSTCODE})\b)?)"
ADDRESS = re.compile(
    r"(?:\b(?i:flat|apt\.?|apartment|unit|suite)\s*#?\d+\w?[,\s]+)?(?:"
    rf"\b\d{{1,5}}[A-Za-z]?,?\s+(?:(?!(?i:the|a|an|down|on|of|this|my|in|to)\b)[^\W\d_][\w.'’-]*\s+){{1,3}}(?i:{STREET})\b{AFTER}"
    rf"|\b\d{{1,5}}[A-Za-z]?,?\s+(?:[A-Z][\w.'’-]*\s+){{1,3}}{SQUARE}\b{AFTER}"
    r"|\b(?i:p\.?\s?o\.?\s*box)\s*#?\d+"
    + AFTER
    + r"|\b\d{1,4},?\s+(?i:rue|avenue|calle|via|rua|plaza)\s+"
    r"(?:(?i:de|du|des|la|las|los|el|del|da|do|le|l['’])\s*)*[A-Z][\w'’-]*"
    + AFTER
    + r"|\b[A-Z][\w-]*(?:straße|strasse|str\.|weg|gasse|platz|gatan|laan|straat)\s+\d{1,4}\w?"
    + AFTER
    + r"|\b[A-Z]{1,2}\d[A-Z\d]?\s\d[A-Z]{2}\b"
    r"|\b[A-Z][\w'’-]+(?: [A-Z][\w'’-]+)?,\s*[A-Z]{2}\.?\s+\d{5}(?:-\d{4})?\b)"
)

OLD = r"(?:9\d|1[0-2]\d)"
SPELLED_OLD = (
    r"(?:ninety(?:[\s-](?:one|two|three|four|five|six|seven|eight|nine))?"
    r"|(?:a|one)\s+hundred(?:\s+(?:and\s+)?(?:one|two|three|four|five|six|seven|eight|nine|ten))?)"
)
KIN = (
    r"(?:he|she|i|who|they|mother|father|mom|mum|mummy|dad|daddy|gran\w*|grand\w+|great[\s-]\w+|husband|wife|"
    r"aunt|auntie|uncle|nan|nana|nanna|neighbou?r|lady|man|woman|patient|in[\s-]law)"
)
AGE = re.compile(
    rf"\b(?:{OLD}|{SPELLED_OLD})[\s-]*(?:y\s?/\s?o\b|y\.?\s?o\b\.?|(?:years?|yrs?|yr)\b[\s.,-]*(?:old|of\s+age|young)\b)"
    rf"|\b(?:aged?|turned|turning|turns)(?:\s+(?:is|of)|\s*[:=])?\s*(?P<a>{OLD}|{SPELLED_OLD})\b(?!\s*(?:%|mg|kg|days|weeks|months))"
    rf"|\b{KIN}\s*[,(]?\s*(?:is|am|was|'s|’s|'m|’m|will\s+be|are)?\s*(?:now|just|only|already|nearly|almost|about)?\s*(?P<b>\b{OLD}|{SPELLED_OLD})\b"
    r"(?!\s*(?:%|percent|mg|mcg|kg|lb|pounds|days|weeks|months|minutes|hours|degrees|miles|times|beats|bpm|over|cm|[./]\d))"
    rf"|\b{OLD}(?:st|nd|rd|th)\s+birthday\b"
    r"|\bin\s+(?:his|her|my|their|the)\s+(?:early\s+|mid[\s-]?|late\s+)?(?:nineties|90['’]?s)\b"
    r"|\b(?:nonagenarian|centenarian)\b",
    re.IGNORECASE,
)


def findings(text: str) -> list[Finding]:
    """The likely personal details of a text, in its order; none overlaps another."""
    spans: list[tuple[int, int, str]] = []
    spans += [(*m.span(), "e-mail") for m in EMAIL.finditer(text)]
    spans += [(*m.span("it"), "birth") for m in BIRTH.finditer(text)]
    spans += [(*m.span(), "record") for m in RECORD_SHAPES.finditer(text)]
    spans += [(*m.span("it"), "record") for m in RECORD.finditer(text) if _is_record(m["it"])]
    spans += _phones(text)
    spans += [(*m.span(), "address") for m in ADDRESS.finditer(text)]
    spans += [(*_age(m), "age") for m in AGE.finditer(text)]
    spans += [(*span, "name") for span in name_spans(text)]
    return _apart(text, spans)


def _apart(text: str, spans) -> list[Finding]:
    """Of overlapping spans the one that was found by the stricter rule, which comes first."""
    kept, taken = [], bytearray(len(text))
    for start, end, kind in spans:
        end = _end_of_word(text, end)
        if not any(taken[start:end]):
            taken[start:end] = b"x" * (end - start)
            kept.append(Finding(start, end, kind, text[start:end]))
    return sorted(kept, key=lambda finding: finding.start)


def _end_of_word(text: str, at: int) -> int:
    """`at`, or where the word ends that it would cut: half a postcode is still a postcode."""
    while 0 < at < len(text) and text[at - 1].isalnum() and text[at].isalnum():
        at += 1
    return at


def _is_record(words: str) -> bool:
    return sum(sign.isdigit() for sign in words) >= 5


def _age(match: re.Match) -> tuple[int, int]:
    return next((match.span(name) for name in "ab" if match[name]), match.span())


def _phones(text: str) -> list[tuple[int, int, str]]:
    web = [m.span() for m in WEB.finditer(text)]
    found = [
        m.span()
        for m in DIGITS.finditer(text)
        if not any(a <= m.start() < b for a, b in web) and _is_phone(text, m)
    ]
    return [(*span, "phone") for span in [*found, *(m.span() for m in SPELLED.finditer(text))]]


def _is_phone(text: str, match: re.Match) -> bool:
    words = match[0]
    before, after = text[max(0, match.start() - 40) : match.start()], text[match.end() :]
    if DATE.match(words) or YEARS.match(words) or AMOUNT.match(after) or NOT_CALL.search(before):
        return False
    if words[0] == "+" or CALL.search(before):
        return True
    groups = re.findall(r"\d+", words)
    if len(groups) == 1:
        return len(words) >= 10 or words[0] == "("
    # 70 000 - 140 000: amounts, and not the parts of one number.
    return (
        not re.search(r"\d\s+[-–]\s+\d", words)
        and len(groups[-1]) > 1
        and len("".join(groups)) <= 13
    )


def marked(text: str) -> SafeString:
    """A plain text as paragraphs of safe HTML, with <mark> around every finding."""
    parts, at = [], 0
    for found in findings(text):
        parts += [escape(text[at : found.start]), _mark(found)]
        at = found.end
    inside = SafeString("".join([*parts, escape(text[at:])]).strip())
    blocks = re.split(r"\n\s*\n", inside)
    return format_html_join(
        "", "<p>{}</p>", ([SafeString(block.replace("\n", "<br>"))] for block in blocks)
    )


def _mark(found: Finding) -> str:
    """Line by line: a mark may not reach over the end of a paragraph."""
    tag = '<mark title="{}">{}</mark>'
    lines = found.words.split("\n")
    return "\n".join(format_html(tag, found.label, line) if line.strip() else "" for line in lines)


def redact(text: str, kind: str, words: str) -> str:
    """The text with every occurrence of these words replaced by what stands for their kind."""
    if kind not in PUT_INSTEAD or not words.strip():
        return text
    return re.sub(rf"(?<!\w){re.escape(words)}(?!\w)", PUT_INSTEAD[kind], text)


def redact_all(text: str) -> str:
    """The text without any of the findings."""
    for found in reversed(findings(text)):
        text = text[: found.start] + found.instead + text[found.end :]
    return text
