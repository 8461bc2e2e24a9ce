"""Rows under a heading that hold no data (I2): totals, legends, signature lines, headings once more."""

import re
from enum import StrEnum
from typing import NamedTuple

from training.core.tables.grid import GridRow
from training.policies.imports.cells import Cell, is_empty, number_of, text_of
from training.policies.imports.folding import fold_heading, fold_word
from training.policies.imports.values.days import DayWhat, read_day

_TOTAL = (
    "total,totals,grand total,sub total,subtotal,sum,count,total count,headcount,total workers,total employees,total personnel,total headcount,average,overall,number of workers,"
    "summe,gesamt,gesamtsumme,zwischensumme,anzahl,insgesamt,anzahl mitarbeiter,summe mitarbeiter,gesamtzahl,durchschnitt,total general,total général,sous total,nombre,effectif total,nombre total,somme,moyenne,"
    "suma,total trabajadores,numero total,cantidad,total de trabajadores,subtotal,promedio,soma,total geral,quantidade,total de trabalhadores,media,toplam,genel toplam,ara toplam,toplam kisi,toplam personel,adet,ortalama,"
    "razem,ogolem,lacznie,suma koncowa,liczba pracownikow,srednia,totaal,eindtotaal,subtotaal,aantal,gemiddelde,totale,totale generale,totale complessivo,somma,numero totale,subtotale,"
    "المجموع,الاجمالي,اجمالي,المجموع الكلي,الاجمالي العام,العدد,مجموع,العدد الكلي"
)  # fmt: skip
TOTALS = frozenset(fold_heading(word) for word in _TOTAL.split(","))
# One of these among other words makes a total of a row of numbers: "Mitarbeiter gesamt".
_TOTAL_WORDS = frozenset(
    fold_heading(word)
    for word in "total totals subtotal sum summe gesamt gesamtsumme zwischensumme insgesamt totale totaal toplam razem ogółem suma soma المجموع الإجمالي إجمالي اجمالي".split()
)
_SIGNATURE = (
    "signature,signed,signed by,approved by,prepared by,checked by,reviewed by,verified by,date and signature,name and signature,authorised by,authorized by,issued by,hse manager signature,"
    "unterschrift,erstellt von,geprueft von,gepruft von,freigegeben von,genehmigt von,datum unterschrift,ort datum,verantwortlich,"
    "signature du responsable,etabli par,verifie par,approuve par,visa,redige par,fait a,firma,elaborado por,revisado por,aprobado por,firma y sello,preparado por,"
    "assinatura,elaborado por,verificado por,aprovado por,imza,hazirlayan,onaylayan,kontrol eden,podpis,sporzadzil,zatwierdzil,sprawdzil,opracowal,data i podpis,"
    "handtekening,opgesteld door,gecontroleerd door,goedgekeurd door,redatto da,approvato da,verificato da,firma del responsabile,compilato da,timbro e firma,"
    "التوقيع,اعداد,اعتماد,مراجعه,توقيع,المعتمد,اعد من قبل,ختم"
)  # fmt: skip
SIGNATURES = tuple(sorted({fold_heading(word) for word in _SIGNATURE.split(",")}, key=len, reverse=True))
_LEGEND_WORDS = frozenset(
    fold_heading(word)
    for word in (
        "legend,key,legende,zeichenerklärung,légende,leyenda,legenda,açıklama,lejant,objaśnienia,leggenda,مفتاح,دليل الرموز,note,notes,hinweis,nota,uwaga,not,ملاحظة,remarks,colour code,color code"
    ).split(",")
)
_LEGEND = re.compile(r"^\W?[\w✓✔✗✘☑×xX*●■○◯]{1,4}\W?\s*(?:=|:|–|—| - |→)\s*\S.{2,}", re.DOTALL)
_LINE = re.compile(r"[_.…]{4,}")
_PAGE = re.compile(
    r"^(?:page|seite|pagina|página|sayfa|strona|صفحة|صفحه)\s*\d+|^(?:printed|generated|exported|last updated|updated|stand|gedruckt|version|rev|revision|edité|imprimé|source|confidential|©)\b.*"
)
_SAYS_NUMBER = re.compile(r"[\d.,\s%/]+(?:[^\W\d]{0,12})?")
LONG_TEXT = 60
LEADING = 2  # columns at the left by which a row is recognized
_DAYS = frozenset({DayWhat.DAY, DayWhat.OPEN, DayWhat.MONTH})


class LeftOver(StrEnum):
    """Why a row below the heading holds no data."""

    EMPTY = "empty"
    HEADING = "heading again"
    TOTAL = "total"
    LEGEND = "legend"
    SIGNATURE = "signature"
    SECTION = "section"  # a line over a part of the table, such as the name of a company
    NOTE = "note"


class RowFrame(NamedTuple):
    """What rows of data look like, for telling others from them.

    Attributes:
        columns: of the table.
        headings: by column, the folded heading.
        core: columns that nearly every row fills.
        with_figures: those of them whose values have figures in them.
        wide: rows that hold one merged cell over many columns.
    """

    columns: tuple[int, ...]
    headings: dict[int, frozenset[str]]
    core: frozenset[int]
    with_figures: frozenset[int]
    wide: frozenset[int]


class RowSorter:
    """Tells rows of data from others, one row after the other from the top."""

    def __init__(self, frame: RowFrame) -> None:
        self._frame = frame
        self._last_data = 0
        self._is_over = False

    def sort(self, row: GridRow) -> LeftOver | None:
        """Return why a row holds no data; None where it does."""
        why = self._why(row)
        if why is None:
            self._last_data = row.number
            self._is_over = False
        elif why in {LeftOver.LEGEND, LeftOver.SIGNATURE}:
            self._is_over = True
        return why

    def _why(self, row: GridRow) -> LeftOver | None:
        cells, frame = row.cells, self._frame
        width = len(cells)
        filled = [
            column
            for column in frame.columns
            if column < width and cells[column] is not None and not is_empty(cells[column])
        ]
        if not filled:
            return LeftOver.EMPTY if not row.errors else None
        if not self._last_data and self._is_under_heading(cells, filled):
            return LeftOver.NOTE
        if frame.core and len(filled) > 2 and len(frame.core.intersection(filled)) == len(frame.core):
            return self._of_full_row(cells, filled)
        return self._of_thin_row(row, filled)

    def _is_under_heading(self, cells: tuple[Cell, ...], filled: list[int]) -> bool:
        """Tell whether the first row says something about the headings, such as how long each course is valid.

        It leaves the leading columns empty, and holds no day.
        """
        leading = sorted(self._frame.core)[:LEADING]
        if len(leading) < LEADING or set(leading) & set(filled):
            return False
        return all(isinstance(cells[column], str) and read_day(cells[column]).what not in _DAYS for column in filled)

    def _of_full_row(self, cells: tuple[Cell, ...], filled: list[int]) -> LeftOver | None:
        first = cells[filled[0]]
        if isinstance(first, str):
            if fold_heading(first) in self._frame.headings.get(filled[0], ()) and self._is_heading(cells, filled):
                return LeftOver.HEADING
            if self._is_total(cells, filled):
                return LeftOver.TOTAL
        return None

    def _is_heading(self, cells: tuple[Cell, ...], filled: list[int]) -> bool:
        headings = self._frame.headings
        same = sum(fold_heading(text_of(cells[column])) in headings.get(column, ()) for column in filled)
        return same >= max(2, (len(filled) + 1) // 2) or (same == len(filled) == 1)

    def _is_total(self, cells: tuple[Cell, ...], filled: list[int]) -> bool:
        """Tell whether a row has the word for a total, and beside it nothing but numbers."""
        words = 0
        for column in filled:
            value = cells[column]
            if isinstance(value, str):
                folded = fold_heading(value)
                if (
                    folded in TOTALS
                    or re.sub(r"[\d\s]+", " ", folded).strip() in TOTALS
                    or _TOTAL_WORDS & set(folded.split())
                ):
                    words += 1
                elif not _SAYS_NUMBER.fullmatch(fold_word(value)):
                    return False
            elif number_of(value) is None:
                return False
        return words > 0

    def _of_thin_row(self, row: GridRow, filled: list[int]) -> LeftOver | None:
        cells, frame = row.cells, self._frame
        if self._is_heading(cells, filled):
            return LeftOver.HEADING
        if self._is_total(cells, filled):
            return LeftOver.TOTAL
        texts = [text_of(cells[column]) for column in filled]
        if len(filled) <= 4 and any(_says_signature(text) for text in texts):
            return LeftOver.SIGNATURE
        first = texts[0]
        is_legend = fold_heading(first.split(":")[0]) in _LEGEND_WORDS or (
            _LEGEND.match(first) is not None and filled[0] not in frame.with_figures
        )
        if len(filled) <= 3 and is_legend:
            return LeftOver.LEGEND
        if len(frame.columns) < 3:
            return LeftOver.NOTE if len(first) > LONG_TEXT or _PAGE.match(fold_word(first)) else None
        if frame.core and not frame.core.intersection(filled):
            numbers = all(
                number_of(cells[column]) is not None or _SAYS_NUMBER.fullmatch(fold_word(text_of(cells[column])))
                for column in filled
            )
            return LeftOver.TOTAL if numbers else LeftOver.NOTE
        if len(filled) == 1:
            return self._of_one_cell(row, filled[0], first)
        is_apart = self._is_over or (self._last_data and row.number - self._last_data > 1)
        if is_apart and len(filled) == 2 and len(frame.core) > 2 and not self._fits(cells, filled):
            return LeftOver.NOTE
        return None

    def _of_one_cell(self, row: GridRow, column: int, text: str) -> LeftOver | None:
        if len(text) > LONG_TEXT or _PAGE.match(fold_word(text)):
            return LeftOver.NOTE
        if row.number in self._frame.wide or (column in self._frame.with_figures and not any(map(str.isdecimal, text))):
            return LeftOver.SECTION
        if self._is_over or (self._last_data and row.number - self._last_data > 1):
            return LeftOver.NOTE
        return None

    def _fits(self, cells: tuple[Cell, ...], filled: list[int]) -> bool:
        """Tell whether the cells that stand where every row has figures have some."""
        told = [column for column in filled if column in self._frame.with_figures]
        return bool(told) and all(any(map(str.isdecimal, text_of(cells[column]))) for column in told)


def _says_signature(text: str) -> bool:
    folded = fold_heading(text)
    if _LINE.search(text):
        return True
    return any(
        folded == word or (folded.startswith(word + " ") and text.rstrip().endswith(":")) for word in SIGNATURES
    ) or (":" in text and fold_heading(text.split(":", maxsplit=1)[0]) in SIGNATURES)
