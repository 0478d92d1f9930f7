"""The world's clock and its roads: who delivers what to whom, and when it arrives."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from tests.worlds.ledger import Books, Lot, Record

COUNTRIES = {"export": ("JP", "DE", "US", "KR", "VN", "NL", "TH"), "ORE-MON": ("AU", "BR", "TH")}
LOSS_NOTES = ("spillage when reloading", "包装破损", "dust from the filter", "水分损失", "清罐残余")


@dataclass(eq=False, repr=False)
class Delivery:
    """A part of a shipment on its way; `grams` is what is really on the lorry."""

    seller: Books
    buyer: "Agent"
    lot: Lot
    grams: int
    document: str


class Scheme:
    """How an enterprise turns what happens into what it files; this one is honest.

    A falsifier's scheme overrides one of these. All masses are grams.
    """

    def made(self, who: "Agent", kind: str, lot: Lot, grams: int, day: date) -> int:
        """What it files of a new lot."""
        return grams

    def dug(self, who: "Agent", lot: Lot, day: date) -> None:
        """What the ore of a new lot really is; the laboratory comes after."""

    def before_output(self, who: "Agent", run: object, day: date, *, last: bool) -> None:
        """What happens to the tanks before products are taken out of a run."""

    def shipped(self, who: "Agent", lot: Lot, grams: int, buyer: "Agent", day: date) -> int:
        """What really goes on the lorry when `grams` are filed as sold."""
        return grams

    def received(self, who: "Agent", delivery: Delivery, grams: int, day: date) -> int:
        """What it files of a delivery that weighs `grams`; 0 files nothing."""
        return grams

    def filed(self, who: "Agent", record: Record) -> None:
        """Told of every new lot of a run that is filed."""

    def daily(self, who: "Agent", world: "World", day: date) -> None:
        """Deeds of its own, at the end of each day."""


class Agent(Books):
    """An enterprise that does something every day."""

    def __init__(self, **facts: object) -> None:
        super().__init__(**facts)
        self.scheme = Scheme()
        self.customers: dict[str, list[tuple[Agent, float]]] = {}
        self.limits: dict[str, float] = {}  # kg REO it takes at most, of each product
        self.coming: dict[str, float] = defaultdict(float)
        self.opens: date = date.min
        self.closed = False
        self.idle: set[str] = set()
        self.sale_chance = 0.35
        self.export_share = 0.0
        self.load_kg = 60_000

    def act(self, world: "World", day: date) -> None:
        """What it does on this day."""

    def works_on(self, day: date) -> bool:
        """Whether it is open on this day."""
        return day >= self.opens and f"{day:%Y-%m}" not in self.idle

    def wants(self, product: str) -> bool:
        """Whether there is room for more of a product."""
        limit = 0 if self.closed else self.limits.get(product, 0)
        return limit > 0 and self.held_reo(product) + self.coming[product] < limit

    def sells(self, lot: Lot) -> bool:
        """Whether it is goods and not feed."""
        return True

    def make(self, kind: str, day: date, lot: Lot, grams: float, **facts: object) -> int:
        """A new lot is written down; what was filed of it."""
        filed = self.scheme.made(self, kind, lot, self.rounded(grams), day)
        if filed > 0:
            self.scheme.filed(self, self.write(kind, day, lot, filed, **facts))
        return filed

    def document(self, day: date) -> str:
        """The number of the next invoice, in its own way of numbering."""
        n = self.next_number("document")
        if self.habits.documents == "invoice":  # the twenty digits of an electronic VAT invoice
            return f"{day:%y}{self.region[:2]}2000{self.uscc[8:13].translate(_DIGITS)}{n:07}"
        if self.habits.documents == "by day":
            return f"XS{day:%Y%m%d}-{n % 100:02}"
        return f"{self.habits.documents}-{day:%y}-{n:05}"

    def customs(self, day: date, way: str) -> str:
        """The eighteen digits of a customs declaration."""
        office = 1000 + int(self.region[:2]) * 100 + 1
        n = self.next_number("customs")
        return f"{office}{day.year}{way}{self.uscc[8:12].translate(_DIGITS)}{n:05}"

    def sell(self, world: "World", day: date, *products: str) -> None:
        """Offer what is held; lots that go to one buyer on one day share an invoice."""
        loads: dict[Agent | None, list[tuple[Lot, int]]] = defaultdict(list)
        for lot in self.held(*products):
            if self.rng.random() > self.sale_chance or not self.sells(lot):
                continue
            grams = self._part(self.stock[lot])
            if self.export_share and self.rng.random() < self.export_share:
                loads[None].append((lot, grams))
            elif buyer := world.buyer_for(self, lot):
                buyer.coming[lot.product] += lot.reo_kg(grams)
                loads[buyer].append((lot, grams))
        for buyer, lots in loads.items():
            if buyer is None:
                self._export(day, lots)
            else:
                world.ship(self, buyer, lots, day)

    def _part(self, held: int) -> int:
        """A lorry or a train takes a part of what is there, or all of it."""
        most = self.load_kg * 1000
        if held <= most * 1.1 or self.rng.random() < 0.3:
            return held
        return min(held, self.rounded(most * self.rng.uniform(0.7, 1.0)))

    def _export(self, day: date, lots: list[tuple[Lot, int]]) -> None:
        declaration = self.customs(day, "0")
        country = self.rng.choice(COUNTRIES["export"])
        for lot, grams in lots:
            self.write("export", day, lot, grams, document=declaration, country=country)

    def lose(self, day: date) -> None:
        """Now and then a little is spilt, dries or is cleaned away."""
        if not self.stock or self.rng.random() > 0.006:
            return
        lot = self.rng.choice(list(self.stock))
        grams = self.rounded(self.stock[lot] * self.rng.uniform(0.0005, 0.004))
        if 0 < grams < self.stock[lot]:
            self.write("loss", day, lot, grams, note=self.rng.choice(LOSS_NOTES))

    def count(self, day: date) -> None:
        """The month-end count: what stands in the yard, weighed again."""
        for lot, grams in self.stock.items():
            bagged = lot.product not in ("ORE-MIX", "ORE-BAST", "ORE-MON", "CMP-CARB", "CMP-CHL")
            noise = 0.0 if bagged else max(-0.003, min(0.003, self.rng.gauss(0, 1) * 0.001))
            if bagged and self.rng.random() < 0.15:
                noise = self.rng.gauss(0, 0.0005)
            counted = self.rounded(grams * (1 + noise))
            self.records.append(Record("stock", day, lot, counted))
        if self.habits.counts_empty:
            for lot in self.emptied:
                if lot not in self.stock:
                    self.records.append(Record("stock", day, lot, 0))
        self.emptied.clear()


_DIGITS = {ord(letter): str(ord(letter) % 10) for letter in "ABCDEFGHJKLMNPQRTUWXY"}


@dataclass(eq=False, repr=False)
class World:
    """Everybody, the roads between them, and the days to live through."""

    first: date
    last: date
    rng: Random
    agents: list[Agent] = field(default_factory=list)
    groups: list[Books] = field(default_factory=list)
    arrivals: dict[date, list[Delivery]] = field(default_factory=lambda: defaultdict(list))
    second_lorries: dict[date, list[Delivery]] = field(default_factory=lambda: defaultdict(list))

    @property
    def days(self) -> Iterator[date]:
        """Every day of it."""
        return (self.first + timedelta(n) for n in range((self.last - self.first).days + 1))

    @property
    def months(self) -> list[str]:
        """Every month of it."""
        return sorted({f"{day:%Y-%m}" for day in self.days})

    def live(self) -> None:
        """Let every day happen."""
        for day in self.days:
            for delivery in self.arrivals.pop(day, []):
                self._arrive(delivery, day)
            for agent in self.agents:
                agent.closed = day < agent.opens
                if agent.works_on(day):
                    agent.act(self, day)
                    agent.lose(day)
                agent.scheme.daily(agent, self, day)
            for lorry in self.second_lorries.pop(day, []):
                self._follow(lorry, day)
            if (day + timedelta(1)).day == 1:
                for agent in self.agents:
                    if agent.files:
                        agent.count(day)

    def buyer_for(self, seller: Agent, lot: Lot) -> Agent | None:
        """A customer with room for more, the usual ones more often; never the lot's maker."""
        open_ones = [
            (buyer, weight)
            for buyer, weight in seller.customers.get(lot.product, [])
            if buyer.wants(lot.product) and buyer is not lot.maker
        ]
        if not open_ones:
            return None
        buyers, weights = zip(*open_ones, strict=True)
        return seller.rng.choices(buyers, weights)[0]

    def ship(self, seller: Agent, buyer: Agent, lots: list[tuple[Lot, int]], day: date) -> None:
        """One invoice; the seller writes it down today, the buyer when the goods are there.

        A large part may travel in two, and now and then an invoice covers a second lorry.
        """
        document = seller.document(day)
        for lot, grams in lots:
            self._load(Delivery(seller, buyer, lot, grams, document), day)
            if seller.rng.random() < 0.05 and lot in seller.stock:
                later = day + timedelta(seller.rng.randint(1, 5))
                if later.month == day.month:
                    again = Delivery(seller, buyer, lot, grams, document)
                    self.second_lorries[later].append(again)

    def _load(self, delivery: Delivery, day: date) -> None:
        """The seller writes it down, and it is on its way."""
        seller, lot = delivery.seller, delivery.lot
        facts = {"counterparty": delivery.buyer, "document": delivery.document}
        seller.write("sale", day, lot, delivery.grams, **facts)
        really = seller.scheme.shipped(seller, lot, delivery.grams, delivery.buyer, day)
        for part, arrives in self._parts(seller.rng, really, day):
            on_the_way = Delivery(seller, delivery.buyer, lot, part, delivery.document)
            self.arrivals[arrives].append(on_the_way)

    def _follow(self, lorry: Delivery, day: date) -> None:
        """The second lorry of an invoice takes what is left of the lot, as much as the first."""
        grams = min(lorry.grams, lorry.seller.stock.get(lorry.lot, 0))
        if grams > 0:
            lorry.buyer.coming[lorry.lot.product] += lorry.lot.reo_kg(grams)
            self._load(Delivery(lorry.seller, lorry.buyer, lorry.lot, grams, lorry.document), day)

    def _parts(self, rng: Random, grams: int, day: date) -> list[tuple[int, date]]:
        arrives = day + timedelta(transit_days(rng))
        if grams > 20_000_000 and rng.random() < 0.06:
            first = round(grams * rng.uniform(0.3, 0.7) / 1000) * 1000
            return [(first, arrives), (grams - first, arrives + timedelta(rng.randint(1, 4)))]
        return [(grams, arrives)]

    def _arrive(self, delivery: Delivery, day: date) -> None:
        buyer, lot = delivery.buyer, delivery.lot
        buyer.coming[lot.product] = max(0.0, buyer.coming[lot.product] - lot.reo_kg(delivery.grams))
        if not buyer.files:
            return
        grams = buyer.scheme.received(buyer, delivery, weighed(buyer, delivery), day)
        if grams > 0:
            facts = {"counterparty": delivery.seller, "document": delivery.document}
            buyer.write("purchase", day, lot, grams, **facts)


def transit_days(rng: Random) -> int:
    """Mostly a day to a week; now and then two weeks on the railway."""
    if rng.random() < 0.02:
        return rng.randint(9, 14)
    return min(9, 1 + int(rng.expovariate(0.45)))


def weighed(buyer: Books, delivery: Delivery) -> int:
    """What the buyer's scale says: bags as labelled, loose goods a few tenths of a percent off."""
    loose = delivery.lot.product.startswith(("ORE-", "CMP-"))
    if not loose and buyer.rng.random() < 0.8:
        return delivery.grams
    off = buyer.rng.gauss(buyer.habits.scale_bias, 0.001 if loose else 0.0002)
    return buyer.rounded(delivery.grams * (1 + max(-0.0038, min(0.0038, off))))
