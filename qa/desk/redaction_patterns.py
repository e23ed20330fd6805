"""What likely personal details look like, kind by kind (qa.desk.redaction says what is one)."""

import re

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
