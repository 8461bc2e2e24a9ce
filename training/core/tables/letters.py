"""Which letters the languages of the trade write beside A to Z, to tell in which encoding a text file was written."""

LANGUAGES = {
    "German": "äöüß",
    "French": "àâæçéèêëîïôœùûüÿ",
    "Spanish": "áéíñóúü",
    "Portuguese": "ãõáâàçéêíóôúü",
    "Italian": "àèéìòù",
    "Dutch": "áéëèïóöü",
    "Scandinavian": "åäöæøéü",
    "Icelandic": "áðéíóúýþæö",
    "Turkish": "çğıöşüâîİ",
    "Polish": "ąćęłńóśźż",
    "Czech": "áčďéěíňóřšťúůýž",
    "Slovak": "áäčďéíĺľňóôŕšťúýž",
    "Hungarian": "áéíóöőúüű",
    "Romanian": "ăâîşţșț",
    "Slavic of the south": "čćđšž",
}
WESTERN = ("German", "French", "Spanish", "Portuguese", "Italian", "Dutch", "Scandinavian", "Icelandic")
CENTRAL = ("Polish", "Czech", "Slovak", "Hungarian", "Romanian", "Slavic of the south", "German")
TURKISH = ("Turkish", "German", "French", "Dutch", "Spanish", "Italian", "Portuguese")
ALL = tuple(LANGUAGES)

# In the order in which they are preferred where nothing else tells.
USUAL = {"cp1252": WESTERN, "cp1250": CENTRAL, "cp1254": TURKISH}
# Those of old programs; only where no usual one fits.
UNUSUAL = {"iso8859_2": CENTRAL, "cp850": WESTERN, "mac_roman": WESTERN}

NOT_AT_THE_START = frozenset("ðğß")
ONLY_AT_THE_START = frozenset("þÞ")
MARKS = "ªº°·«»“”„–—…€£§©®™²³½¼¾±¿¡\u2018\u2019\u201a\u2039\u203a\xb4\xd7\xa0\xad"  # stand beside words
MARKS_WITHIN = frozenset("\u2018\u2019\xb4\xad")  # of these, what stands between letters
MOST_OWN = 3  # letters beside A to Z that may outnumber those from A to Z in one word

_ALPHABETS = {name: frozenset(letters + letters.upper()) - {"S"} for name, letters in LANGUAGES.items()}


def languages_of(word: str, languages: tuple[str, ...]) -> set[str]:
    """Return the languages in which a word may be written: its letters are theirs, and stand where they can stand."""
    word = word.strip(MARKS)
    own = [(place, letter) for place, letter in enumerate(word) if ord(letter) >= 0x80 and letter not in MARKS_WITHIN]
    if len(own) > MOST_OWN and 2 * len(own) > len(word):
        return set()
    if not all(_may_stand(word, place) for place, _ in own):
        return set()
    return {name for name in languages if all(letter in _ALPHABETS[name] for _, letter in own)}


def _may_stand(word: str, place: int) -> bool:
    letter = word[place]
    if place == 0:
        return letter not in NOT_AT_THE_START
    before = word[place - 1]
    if letter in ONLY_AT_THE_START and before.isalpha():
        return False
    if letter.isupper() and before.islower():
        return False
    after = word[place + 1 : place + 2]
    return not (letter.islower() and letter != "ß" and before.isupper() and after.isupper())
