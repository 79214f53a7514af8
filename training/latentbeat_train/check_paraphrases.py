"""Proves that no content word of paraphrases.json occurs in the training vocabulary, not even as a stem or inside a compound.

    python -m latentbeat_train.check_paraphrases

Content words are all words but those of STOP_WORDS. Stems are Porter's (1980), by the package snowballstemmer.
Exit code 1 and a list of the offenders if the proof fails.
"""
import json
import re
import sys
from pathlib import Path
from typing import NamedTuple

from snowballstemmer import stemmer

from .slots import SLOTS
from .vocabulary import all_phrases

LIST = Path(__file__).resolve().parents[1] / "paraphrases.json"
LEAST, LEAST_EACH = 200, 4  # prompts in all and for every subject
COMPOUND, REST = 5, 3  # letters: a word this long may not begin or end a word of the other side that has so many letters more
STOP_WORDS = frozenset("""a an the of in on at by to into onto from for with without within over under above below behind beside between among along
    across through up down out off and or but as like that this these those which who what where when while than then there here is are was were be
    been being it its i me my we our you your he his she her they them their one all every everyone some no not so very all both your around another other others together everything past go goes d s t""".split())
_PORTER = stemmer("porter")


class Paraphrase(NamedTuple):
    prompt: str
    subjects: tuple[str, ...]  # the right ones; usually one


def read_paraphrases(path: Path = LIST) -> list[Paraphrase]:
    return [Paraphrase(entry["prompt"], tuple(entry["subjects"])) for entry in json.loads(path.read_text())]


def content_words(text: str) -> set[str]:
    """Lower-case words without stop words; apostrophes and hyphens part words."""
    return set(re.findall(r"[^\W_]+", text.lower())) - STOP_WORDS


def stem(word: str) -> str:
    return _PORTER.stemWord(word)


def is_part(part: str, word: str) -> bool:
    """Whether a compound begins or ends with a word: lamp in lamplight."""
    return len(part) >= COMPOUND and len(word) >= len(part) + REST and (word.startswith(part) or word.endswith(part))


def find_overlaps(paraphrases: list[Paraphrase], phrases: list[str]) -> list[str]:
    """One line for every word of a paraphrase that the vocabulary knows."""
    known = set().union(*(content_words(phrase) for phrase in phrases))
    by_stem = {stem(word): word for word in sorted(known)}
    found = []
    for prompt, _ in paraphrases:
        for word in sorted(content_words(prompt)):
            same = [by_stem[stem(word)]] if stem(word) in by_stem else [other for other in known if is_part(other, word) or is_part(word, other)]
            found += [f"{prompt!r}: {word!r} and {other!r} of the vocabulary" for other in same]
    return found


def main() -> None:
    paraphrases, phrases = read_paraphrases(), all_phrases()
    counts = {subject: sum(subject in p.subjects for p in paraphrases) for subject in SLOTS}
    problems = find_overlaps(paraphrases, phrases)
    problems += [f"subject {name!r} has {count} paraphrases, at least {LEAST_EACH} are needed" for name, count in counts.items() if count < LEAST_EACH]
    problems += [f"unknown subject {name!r}" for p in paraphrases for name in p.subjects if name not in SLOTS]
    if len({p.prompt for p in paraphrases}) < LEAST:
        problems.append(f"{len(paraphrases)} paraphrases, at least {LEAST} are needed")
    print("\n".join(problems) if problems else f"{len(paraphrases)} paraphrases share no stem with {len(phrases)} phrases of the vocabulary")
    sys.exit(bool(problems))


if __name__ == "__main__":
    main()
