"""Holding what was found against what was planted."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from tests.worlds.planting import Planted


@dataclass(frozen=True)
class Found:
    """A finding as the portal put it on record; `case` is whatever groups findings of one cause."""

    code: str
    uscc: str
    counterparty: str
    month: str
    lot: str
    run: str
    document: str
    kg: float
    key: str
    case: str

    def names(self, planted: Planted) -> bool:
        """Whether it is about the falsifier."""
        return planted.uscc in (self.uscc, self.counterparty)

    def names_others(self, planted: Planted) -> bool:
        """Whether it is about somebody who has a part in it."""
        return self.uscc in planted.others or self.counterparty in planted.others

    def points_at(self, planted: Planted) -> bool:
        """Whether lot, run or document is one in which a trace remains."""
        return (
            self.lot in planted.lots
            or self.run in planted.runs
            or self.document in planted.documents
        )

    def lies_in(self, planted: Planted) -> bool:
        """Whether its month is one of the falsification; a finding on the year lies in all."""
        return not self.month or self.month in planted.months

    def shows(self, planted: Planted) -> bool:
        """Whether it is right about this falsification: code, who, and when or where."""
        if self.code not in planted.codes:
            return False
        if self.names(planted):
            return self.points_at(planted) or self.lies_in(planted)
        return self.names_others(planted) and self.points_at(planted)

    def stems_from(self, planted: Planted) -> bool:
        """Whether it may be a trace of it, of whatever code."""
        return self.names(planted) or (
            self.names_others(planted) and (self.points_at(planted) or self.lies_in(planted))
        )


@dataclass
class World:
    """One world's outcome."""

    seed: int
    enterprise_months: int
    records: int
    seconds: float
    truth: list[Planted]
    findings: list[Found]

    def found(self, planted: Planted) -> bool:
        """Whether any finding shows it."""
        return any(finding.shows(planted) for finding in self.findings)

    def traces(self) -> tuple[dict[int, list[Found]], list[Found]]:
        """The findings of each planted falsification, by its place, and those of none."""
        of_each: dict[int, list[Found]] = defaultdict(list)
        strays = []
        for finding in self.findings:
            for relation in (Found.shows, Found.names, Found.stems_from):
                place = next(
                    (i for i, each in enumerate(self.truth) if relation(finding, each)), None
                )
                if place is not None:
                    of_each[place].append(finding)
                    break
            else:
                strays.append(finding)
        return of_each, strays


@dataclass
class Tally:
    """One row of the table."""

    planted: int = 0
    found: int = 0
    findings: int = 0
    cases: int = 0
    codes: set[str] = field(default_factory=set)

    @property
    def recall(self) -> float:
        """Share of those planted that were found."""
        return self.found / self.planted if self.planted else 1.0

    def row(self, *names: str) -> str:
        """In Markdown."""
        each = (self.findings / self.planted, self.cases / self.planted) if self.planted else (0, 0)
        cells = (
            *names,
            ", ".join(sorted(self.codes)),
            self.planted,
            self.found,
            f"{self.recall:.1%}",
            *(f"{n:.1f}" for n in each),
        )
        return "| " + " | ".join(map(str, cells)) + " |"


@dataclass
class Verdict:
    """All worlds together."""

    falsified: list[World] = field(default_factory=list)
    honest: list[World] = field(default_factory=list)

    def tallies(self) -> dict[tuple[str, str], Tally]:
        """By kind and variant, and a total for each variant under the kind “all”."""
        tallies: dict[tuple[str, str], Tally] = defaultdict(Tally)
        for world in self.falsified:
            traces, _ = world.traces()
            for i, planted in enumerate(world.truth):
                of_it = traces.get(i, [])
                for kind in (planted.kind, "all"):
                    tally = tallies[kind, planted.variant]
                    tally.planted += 1
                    tally.codes |= set(planted.codes) if kind != "all" else set()
                    tally.found += world.found(planted)
                    tally.findings += len(of_it)
                    tally.cases += len({finding.case for finding in of_it})
        return tallies

    def table(self) -> str:
        """Recall by kind and variant."""
        head = (
            "kind",
            "variant",
            "codes",
            "planted",
            "found",
            "recall",
            "findings each",
            "cases each",
        )
        lines = ["| " + " | ".join(head) + " |", "|---|---|---|---:|---:|---:|---:|---:|"]
        tallies = self.tallies()
        ordered = sorted(tallies, key=lambda name: (name[0] == "all", name))
        return "\n".join([*lines, *(tallies[name].row(*name) for name in ordered)])

    def false_alarms(self) -> str:
        """Findings on worlds in which everybody is honest, by code."""
        months = sum(world.enterprise_months for world in self.honest)
        codes = Counter(finding.code for world in self.honest for finding in world.findings)
        lines = [
            "| code | findings on honest worlds | per 1,000 enterprise-months |",
            "|---|---:|---:|",
        ]
        rate = 1000 / months if months else 0.0
        lines += [f"| {code} | {n} | {n * rate:.2f} |" for code, n in sorted(codes.items())]
        total = codes.total()
        lines.append(f"| all, of {months:,} enterprise-months | {total} | {total * rate:.2f} |")
        return "\n".join(lines)

    def misses(self) -> list[str]:
        """What was not found, one line each, with what the checks did say there."""
        lines = []
        for world in self.falsified:
            traces, _ = world.traces()
            for i, each in enumerate(world.truth):
                if world.found(each):
                    continue
                said = {f"{f.code} {f.month} {f.key}".strip() for f in traces.get(i, [])}
                lines.append(
                    f"- seed {world.seed}: {each.kind}, {each.variant}, {each.uscc},"
                    f" {each.kg:,.0f} kg, {', '.join(sorted(each.months)[:4])}: {each.story}"
                    f"; said there: {', '.join(sorted(said)[:3]) or 'nothing'}"
                )
        return lines

    def strays(self) -> list[str]:
        """What was found where nothing was planted, one line each."""
        lines = [
            ("honest", world.seed, finding) for world in self.honest for finding in world.findings
        ]
        lines += [
            ("beside", world.seed, finding)
            for world in self.falsified
            for finding in world.traces()[1]
        ]
        return [
            f"- {where}, seed {seed}: {f.code}, {f.uscc} {f.month} {f.lot} {f.run} {f.kg:,.1f} kg"
            f" ({f.key})"
            for where, seed, f in lines
        ]
