"""What may be asked of events: the parameters of the standard's simple event query."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.kernel.errors import Refusal
from portal.kernel.period import CIVIL, Month, civil_day, start_of
from traceability.rules.epcis.words import (
    ACTIONS,
    IN_RUNS,
    RUN_WORDS,
    WORDS,
    Words,
    cbv,
    has_control,
    lot_named,
    party_named,
)

KINDS: Mapping[str, Words] = WORDS | dict.fromkeys(IN_RUNS, RUN_WORDS)
MOST_VALUES = 200
MOST_PER_PAGE = 1_000
PER_PAGE = 30
_TOKEN = re.compile(r"([0-9]{1,12})-([0-9]{1,9})-([0-9]{1,9})(?:-([0-9]{1,18}))?")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ORDERS = ("eventTime", "recordTime")
_ALONE = tuple(WORDS)


class QueryParameterUnfit(Refusal):
    """A parameter that is not known here, or a value that can't be read."""

    status = 400


class QueryTooLarge(Refusal):
    """More events answer than the caller wants to have."""

    status = 413


@dataclass(frozen=True, slots=True)
class Token:
    """Where a page ended: behind which event, and how many were told up to there.

    `key`: of that event by what they are ordered by, the day or the microsecond as a number.
    """

    filing_id: int = 0
    line: int = 0
    told: int = 0
    key: int = 0

    def __str__(self) -> str:
        return f"{self.filing_id}-{self.line}-{self.told}-{self.key}"

    @property
    def day(self) -> date:
        """The key as a day."""
        return date.fromordinal(self.key)

    @property
    def instant(self) -> datetime:
        """The key as an instant."""
        return _EPOCH + timedelta(microseconds=self.key)


def key_of(time: date | datetime | None) -> int:
    """A day or an instant as the key of a token."""
    if isinstance(time, datetime):
        return (time - _EPOCH) // timedelta(microseconds=1)
    return time.toordinal() if time else 0


@dataclass(slots=True)
class Asked:
    """Which events are asked for. What is None narrows nothing.

    Days and instants are half open; `declared`: when an event was declared erroneous. `order`: the
    time they are ordered by, the latest first unless `ascending`; without one they come as their
    filings were begun. Each of `lots`: kinds of record, and lots of which one has to be in such a
    record of the event.
    """

    kinds: set[str] = field(default_factory=lambda: set(KINDS))
    from_day: date | None = None
    before_day: date | None = None
    recorded_from: datetime | None = None
    recorded_before: datetime | None = None
    declared_from: datetime | None = None
    declared_before: datetime | None = None
    lots: list[tuple[Collection[str], list[tuple[str, str]]]] = field(default_factory=list)
    sellers: list[str] | None = None
    buyers: list[str] | None = None
    filers: list[str] | None = None
    event_ids: list[str] | None = None
    erroneous: bool = False
    at_most: int | None = None
    refuse_above: int | None = None
    order: str = ""
    ascending: bool = False
    per_page: int = PER_PAGE
    after: Token = Token()


def asked_of(parameters: Iterable[tuple[str, str]]) -> Asked:
    """What the parameters of a query ask for. Raises QueryParameterUnfit, naming the parameter."""
    asked = Asked()
    for name, text in parameters:
        reads = _PARAMETERS.get(name)
        if reads is None:
            raise QueryParameterUnfit(
                _("%(name)s is no parameter that is understood here."), field=name, name=name
            )
        reads(asked, name, text)
    if asked.at_most is not None and asked.refuse_above is not None:
        raise QueryParameterUnfit(
            _("Ask for eventCountLimit or for maxEventCount, not for both."), field="maxEventCount"
        )
    _require_key(asked)
    return asked


def _require_key(asked: Asked) -> None:
    """The token of a page is one of this order. Raises QueryParameterUnfit."""
    try:
        if asked.after.filing_id and asked.order:
            time = asked.after.day if asked.order == "eventTime" else asked.after.instant
            Month.of(civil_day(time) if isinstance(time, datetime) else time)
    except (ValueError, OverflowError) as error:
        raise _unfit("nextPageToken", str(asked.after)) from error


def require_few_enough(found: int, *, asked: Asked) -> None:
    """No more events answer than were asked for. Raises QueryTooLarge (413)."""
    if asked.refuse_above is not None and found > asked.refuse_above:
        raise QueryTooLarge(
            _("More than %(most)s events answer; narrow the query."), most=asked.refuse_above
        )


def _unfit(name: str, text: str) -> QueryParameterUnfit:
    return QueryParameterUnfit(
        _("“%(value)s” can't be read as %(name)s."), field=name, value=text[:60], name=name
    )


def _values(name: str, text: str) -> list[str]:
    """The values of a parameter, any of which may be met."""
    values = [value for value in text.split("|") if value]
    if not values or len(values) > MOST_VALUES or has_control(text):
        raise _unfit(name, text)
    return values


def _of_words(told: Callable[[Words], str]) -> Callable[[Asked, str, str], None]:
    """A parameter that is met by kinds of record."""

    def reads(asked: Asked, name: str, text: str) -> None:
        wanted = {cbv(value) for value in _values(name, text)}
        asked.kinds &= {kind for kind, words in KINDS.items() if told(words) in wanted}

    return reads


def _action(asked: Asked, name: str, text: str) -> None:
    """An action: one of the standard's three, which alone may be asked for."""
    if set(_values(name, text)) - set(ACTIONS):
        raise _unfit(name, text)
    _of_words(lambda words: words.action)(asked, name, text)


def _instant(name: str, text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text.replace(" ", "+"))
        if at.tzinfo is None:
            raise ValueError(text)
        return at.astimezone(CIVIL)
    except (ValueError, OverflowError) as error:
        raise _unfit(name, text) from error


def _first_day(name: str, text: str) -> date:
    """The first day that begins at this instant or after it: events are told at midnight."""
    at = _instant(name, text)
    try:
        day = civil_day(at)
        day = day if at == start_of(day) else day + timedelta(days=1)
        Month.of(day)  # no month lies before 1900
    except (ValueError, OverflowError) as error:
        raise _unfit(name, text) from error
    return day


def _at(member: str, form: Callable[[str, str], Any]) -> Callable[[Asked, str, str], None]:
    """A parameter that is one value."""

    def reads(asked: Asked, name: str, text: str) -> None:
        setattr(asked, member, form(name, text))

    return reads


def _of_lots(*kinds: str) -> Callable[[Asked, str, str], None]:
    """A parameter that is met by lots in records of these kinds."""

    def reads(asked: Asked, name: str, text: str) -> None:
        lots = [lot_named(address) for address in _values(name, text)]
        asked.lots.append((kinds, [lot for lot in lots if lot is not None]))

    return reads


def _parties(name: str, text: str) -> list[str]:
    return [party for value in _values(name, text) if (party := party_named(value))]


def _count(most: int, least: int = 0) -> Callable[[str, str], int]:
    def form(name: str, text: str) -> int:
        if not (text.isascii() and text.isdecimal() and least <= int(text[:9]) <= most):
            raise _unfit(name, text)
        return int(text[:9])

    return form


def _one_of(*words: str) -> Callable[[str, str], str]:
    def form(name: str, text: str) -> str:
        if text not in words:
            raise _unfit(name, text)
        return text

    return form


def _token(name: str, text: str) -> Token:
    match = _TOKEN.fullmatch(text)
    if match is None:
        raise _unfit(name, text)
    return Token(*(int(number or 0) for number in match.groups()))


_MANY = 1_000_000
_PARAMETERS: dict[str, Callable[[Asked, str, str], None]] = {
    "eventType": _of_words(lambda words: words.type),
    "EQ_action": _action,
    "EQ_bizStep": _of_words(lambda words: words.step),
    "EQ_disposition": _of_words(lambda words: words.disposition),
    "GE_eventTime": _at("from_day", _first_day),
    "LT_eventTime": _at("before_day", _first_day),
    "GE_recordTime": _at("recorded_from", _instant),
    "LT_recordTime": _at("recorded_before", _instant),
    # Lots are classes in the sense of the standard; who asks for a single item by such an address
    # means the lot.
    "MATCH_epc": _of_lots(*_ALONE),
    "MATCH_epcClass": _of_lots(*_ALONE),
    "MATCH_inputEPC": _of_lots("input"),
    "MATCH_inputEPCClass": _of_lots("input"),
    "MATCH_outputEPC": _of_lots("output"),
    "MATCH_outputEPCClass": _of_lots("output"),
    "MATCH_anyEPC": _of_lots(*KINDS),
    "MATCH_anyEPCClass": _of_lots(*KINDS),
    "EQ_source_owning_party": _at("sellers", _parties),
    "EQ_destination_owning_party": _at("buyers", _parties),
    "EQ_readPoint": _at("filers", _parties),
    "EQ_eventID": _at("event_ids", _values),
    "GE_errorDeclarationTime": _at("declared_from", _instant),
    "LT_errorDeclarationTime": _at("declared_before", _instant),
    "EXISTS_errorDeclaration": _at("erroneous", lambda _name, _text: True),
    "orderBy": _at("order", _one_of(*_ORDERS)),
    "orderDirection": _at(
        "ascending", lambda name, text: _one_of("ASC", "DESC")(name, text) == "ASC"
    ),
    "eventCountLimit": _at("at_most", _count(_MANY, 1)),
    "maxEventCount": _at("refuse_above", _count(_MANY)),
    "perPage": _at("per_page", _count(MOST_PER_PAGE, 1)),
    "nextPageToken": _at("after", _token),
}
PARAMETERS = tuple(_PARAMETERS)
