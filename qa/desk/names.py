"""People's names in a text, found by what stands around them and by a list of given names."""

import re
from pathlib import Path


def _words(name: str) -> frozenset[str]:
    return frozenset(Path(__file__).with_name(name).read_text("utf-8").split())


# Common given names of many languages, compiled for this purpose; words of everyday English that
# are also names (Grace, Rose, Will) are left to the rules about what stands around a name.
GIVEN = _words("given_names.txt")
NEVER = _words("never_names.txt")

WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
PARTICLES = frozenset(
    ["van", "der", "den", "de", "da", "do", "dos", "du", "la", "le", "von", "zu", "bin", "ibn",
     "al", "el", "mac", "mc", "st"]
)  # fmt: skip
CONDITIONS = re.compile(
    r"(?:['’]s\b)?[\s-]*(?:(?!(?:has|had|is|was|and|from|with|who)\b)[\w-]+[\s-]+){0,2}?(?:syndromes?|diseases?|disorders?|palsy|disability|"
    r"tumou?rs?|sarcoma|lymphoma|anaemia|anemia|ataxia|dystrophy|atrophy|scale|score|test|sign|"
    r"phenomenon|malformation|thyroiditis|contracture|tooth|method|criteria|hospital|clinic|"
    r"university|institute|college|school|foundation|street|road|avenue|virus|type|gland)\b",
    re.IGNORECASE,
)
NAMED = re.compile(
    r"\b(?:(?:my|his|her|their|our|\w+s)\s+(?:full\s+|first\s+|last\s+)?(?:name|mane|nam)(?:['’]?s|\s+is|\s+was|\s*[:=])"
    r"|name\s*(?:is\s*)?[:=]|named|who\s+is\s+called|call\s+me|signed:?)\s*[:,-]?\s*",
    re.IGNORECASE,
)
I_AM = re.compile(r"\b(?:i\s+am|i\s*['’´`]?m|iam|this\s+is|here\s+is)\s+", re.IGNORECASE)
TITLE = re.compile(
    r"\b(?:(?:dr|drs|prof|mr|mrs|ms|mx|rev|fr|sr)\b\.?|"
    r"(?:doctor|doc|professor|miss|nurse|sister)\b)[ \t]*",
    re.IGNORECASE,
)
KIN = re.compile(
    r"\b(?:my|his|her|our)\s+(?:\w+\s+){0,2}?(?:son|daughter|husband|wife|mother|father|mom|mum|dad|brother|"
    r"sister|uncle|aunt|nephew|niece|grand\w+|friend|partner|fianc\w+|boy|girl|baby|child|cousin|"
    r"surgeon|neighbou?r|in[- ]law)s?\s*[,(]?\s*",
    re.IGNORECASE,
)
CLOSING = re.compile(
    r"\b(?:thank(?:s|z|\s*you|\s*yo?u|\s*u)?|thx|ty|regards?|sincerely|faithfully|faithfuly|truly|respectfully|"
    r"gratefully|cheers|best|wishes|love|blessings?|bless|greetings|yours|cordially|kindly|"
    r"merci|gracias|danke|obrigad[oa]|grazie|cordialement|saludos|atentamente|grüße|gruß|mfg|ta|"
    r"obliged|advance|from|by|signed|help|time|hugs|xx+)\b(?:\s+(?:you|so|very|much|all|again|in|advance|to|from|for|your|"
    r"help|time|wishes|regards|kindly|sir|madam|and|everyone|you\s+all|info\w*))*"
    r"[\s.,!/;:&~\-–—*)]*",
    re.IGNORECASE,
)
SIGNATURE = re.compile(
    r"(?:[.!?)\]~\-–—*:;,]|\n|\s{2})[\s~\-–—*]{0,5}(?P<it>[^\W\d_][^\n.!?]{0,60}?)[\s.!*~)-]{0,9}$"
)
FOOT = re.compile(r"\s*(?:$|[\n.,!;:(]|\s{2})")
PLACE_BEFORE = re.compile(r"\b(?:São|Sao|San|Santa|Saint|St\.?|Port|Fort|Lake|Mount)\s$")
DEGREE = re.compile(r",?\s{0,2}\(?(?:M\.?D|R\.?N|Ph\.?D|B\.?A|MBBS|DO|Esq|Ms|Mr|Mrs|Jr|Sr)\b")


def name_spans(text: str) -> list[tuple[int, int]]:
    """Where names seem to stand, as slices, in order and apart from each other."""
    shouted = _is_shouted(text)
    spans = [
        *_after(NAMED, text, shouted, least=True),
        *_after(TITLE, text, shouted),
        *_after(I_AM, text, shouted, whole=True),
        *_after(KIN, text, shouted),
        *_closings(text, shouted),
        *_listed(text, shouted),
        *_with_degree(text),
    ]
    spans += _again(text, spans)
    return [(start, start + len(_bare(text[start:end]))) for start, end in _merged(spans)]


def _bare(words: str) -> str:
    """Without the s of the genitive: “Ann’s leg” is to become “[name]’s leg”."""
    return re.sub(r"['’]s$", "", words)


def _is_shouted(text: str) -> bool:
    letters = [sign for sign in text if sign.isalpha()]
    return sum(sign.isupper() for sign in letters) > 0.6 * len(letters)


def _looks_like_name(word: str, shouted: bool) -> bool:
    low = word.lower()
    if low in NEVER:
        return False
    if low in GIVEN or any(part in GIVEN for part in re.split(r"['’-]", low)):
        return word[0].isupper()
    if shouted or not word[0].isupper():
        return False
    # HIV, RXS: an abbreviation. O'BRIEN and CRM88878 are caught elsewhere.
    return not (word.isupper() and 1 < len(word) <= 4)


def _run(text: str, at: int, shouted: bool, small: bool = False) -> tuple[int, int] | None:
    """The words of a name that begins at `at`, at most four; `small` lets the first be in small
    letters.
    """
    end = None
    for number in range(5):
        word = WORD.match(text, at)
        if not word:
            break
        is_name = _looks_like_name(word[0], shouted)
        if small and number < 2 and not is_name:
            is_name = word[0].lower() not in NEVER and (number == 0 or word[0][0].isupper())
        if shouted and number == 1 and not is_name:
            is_name = word[0].lower() not in NEVER and bool(FOOT.match(text, word.end()))
        is_link = number and word[0].lower() in PARTICLES
        initial = number < 3 and len(word[0]) == 1 and word[0].isupper() and word[0] != "I"
        if not (is_name or is_link or initial):
            break
        if is_name or (initial and end):
            end = word.end()
        if number == 0:
            start = word.start()
        gap = re.compile(r"\.? |\.(?=[A-Z])").match(text, word.end())
        if not gap or (gap[0].startswith(".") and len(word[0]) > 2):
            break
        at = gap.end()
    return None if end is None else (start, end)


def _after(trigger, text, shouted, least=False, whole=False) -> list[tuple[int, int]]:
    """Names right behind a trigger; `least` takes one word of small letters too, and `whole`
    refuses what is likelier a people's name or a condition ("I am Canadian").
    """
    spans = []
    for found in trigger.finditer(text):
        span = _run(text, found.end(), shouted, small=least)
        if not span or (trigger is not NAMED and CONDITIONS.match(text, span[1])):
            continue
        if whole and not _may_introduce(text[slice(*span)]):
            continue
        spans.append(span)
    return spans


def _may_introduce(words: str) -> bool:
    first = words.split()[0]
    if first.lower() in GIVEN:
        return True
    peoples = ("ian", "ean", "can", "ish", "ese", "ing", "ed", "ic", "ive", "ful", "ent", "ant")
    return not first.lower().endswith(peoples) and not first.isupper()


def _closings(text: str, shouted: bool) -> list[tuple[int, int]]:
    """The name under a letter: behind a closing word, or alone at the end of the text."""
    spans = []
    for found in CLOSING.finditer(text):
        span = _run(text, found.end(), shouted)
        if span is None and _ends(text, found.end()) and re.search(r"[\n,.!]\s*$", found[0]):
            span = _run(text, found.end(), shouted, small=True)
        if span and _stands_alone(text, span, found):
            spans.append(span)
    if (found := SIGNATURE.search(text.rstrip())) and _is_signature(found["it"], shouted):
        span = _run(text, found.start("it"), shouted)
        spans += [span] if span else []
    for line in re.finditer(
        r"^[ \t~–—*-]*(?P<it>[^\W\d_][^\n\d]{1,40}?)[ \t.,]*$", text, re.MULTILINE
    ):
        if line.start() > len(text) / 2 and _is_signature(line["it"], shouted):
            span = _run(text, line.start("it"), shouted)
            spans += [span] if span else []
    return spans


def _ends(text: str, at: int) -> bool:
    """Whether at most two words are left."""
    return len(text[at:].split()) <= 2


def _stands_alone(text: str, span, closing: re.Match) -> bool:
    """Whether a name behind a closing word ends a line, or goes on as the foot of a letter does."""
    rest = text[span[1] : span[1] + 40]
    foot = re.match(r"\s*(?:$|\n|[.!,;:(\-–*\[]|\s{2}|\d|\w+@)", rest)
    quiet = closing[0].lower().strip(" .,!/;:") in {"from", "by", "help", "time", "best", "love"}
    if quiet and not re.search(r"[\n,.!:]\s*$", closing[0]):
        return bool(re.match(r"\s*(?:$|\n)|\s*\S+@", rest)) or _has_given(text[slice(*span)])
    return bool(foot) or _has_given(text[slice(*span)])


def _has_given(words: str) -> bool:
    return any(part.lower() in GIVEN for part in re.split(r"[ '’-]", words))


def _is_signature(words: str, shouted: bool) -> bool:
    parts = [part.strip(",") for part in words.split()]
    names = [part for part in parts if WORD.fullmatch(part) and _looks_like_name(part, shouted)]
    links = [part for part in parts if part.lower() in PARTICLES or re.fullmatch(r"[A-Z]\.?", part)]
    return 0 < len(parts) <= 4 and len(names) >= 1 and len(names) + len(links) == len(parts)


def _listed(text: str, shouted: bool) -> list[tuple[int, int]]:
    spans = []
    for word in WORD.finditer(text):
        parts = re.split(r"['’-]", word[0].lower())
        if not (word[0].lower() in GIVEN or parts[0] in GIVEN) or not word[0][0].isupper():
            continue
        if PLACE_BEFORE.search(text[max(0, word.start() - 8) : word.start()]):
            continue
        span = _run(text, word.start(), shouted)
        if (
            span
            and not CONDITIONS.match(text, span[1])
            and not _is_possessive_condition(text, span)
        ):
            spans.append(span)
    return spans


def _is_possessive_condition(text: str, span) -> bool:
    """Wilson's, Crohn's: a condition that goes by somebody's name."""
    return bool(re.search(r"['’]s$", text[slice(*span)]) and CONDITIONS.match(text, span[1]))


def _with_degree(text: str) -> list[tuple[int, int]]:
    spans = []
    for found in DEGREE.finditer(text):
        before = re.search(r"(?:[^\W\d_][\w'’-]*[ ]){0,2}[^\W\d_][\w'’-]*$", text[: found.start()])
        if before and (span := _run(text, before.start(), False)) and span[1] == found.start():
            spans.append(span)
    return spans


def _again(text: str, spans) -> list[tuple[int, int]]:
    """The words of a name that was found, wherever else they stand with a capital."""
    words = {
        word
        for span in spans
        for word in map(_bare, WORD.findall(text[slice(*span)]))
        if len(word) > 2 and word[0].isupper() and word.lower() not in NEVER | PARTICLES
    }
    return [
        found.span()
        for found in WORD.finditer(text)
        if _bare(found[0]) in words and not CONDITIONS.match(text, found.end())
    ]


def _merged(spans) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
