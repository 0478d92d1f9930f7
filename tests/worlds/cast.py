"""Who lives in a world: invented enterprises in real regions, and who deals with whom."""

from dataclasses import dataclass
from datetime import date
from random import Random

from portal.kernel.fields import USCC_ALPHABET, uscc_check_character
from tests.worlds.ledger import Books, Habits
from tests.worlds.makers import Mine, Plant, Recycler
from tests.worlds.trade import Agent, World
from tests.worlds.wiring import wire
from tests.worlds.works import MAGNET, METALS, PRND_METAL, Outside, Trader, Works

# code, parent, English, Chinese
REGIONS = (
    ("150000", "", "Inner Mongolia", "内蒙古自治区"),
    ("150200", "150000", "Baotou", "包头市"),
    ("150206", "150200", "Bayan Obo", "白云鄂博矿区"),
    ("210000", "", "Liaoning", "辽宁省"),
    ("320000", "", "Jiangsu", "江苏省"),
    ("320200", "320000", "Wuxi", "无锡市"),
    ("330000", "", "Zhejiang", "浙江省"),
    ("330200", "330000", "Ningbo", "宁波市"),
    ("350000", "", "Fujian", "福建省"),
    ("350800", "350000", "Longyan", "龙岩市"),
    ("360000", "", "Jiangxi", "江西省"),
    ("360700", "360000", "Ganzhou", "赣州市"),
    ("360783", "360700", "Longnan", "龙南市"),
    ("370000", "", "Shandong", "山东省"),
    ("430000", "", "Hunan", "湖南省"),
    ("440000", "", "Guangdong", "广东省"),
    ("441400", "440000", "Meizhou", "梅州市"),
    ("450000", "", "Guangxi", "广西壮族自治区"),
    ("510000", "", "Sichuan", "四川省"),
    ("513400", "510000", "Liangshan", "凉山彝族自治州"),
    ("513433", "513400", "Mianning", "冕宁县"),
)
NORTH, WEST, SOUTH = ("150206", "150200"), ("513433", "513400"), ("360783", "360700", "441400")
COAST = ("330200", "320200", "370000", "350800", "210000", "430000", "450000", "510000")
SYLLABLES = (
    *(("Huasheng", "华盛"), ("Jinyuan", "金源"), ("Tianhe", "天和"), ("Beirui", "北瑞")),
    *(("Donglin", "东麟"), ("Xinke", "新科"), ("Longfa", "龙发"), ("Shunda", "顺达")),
    *(("Hongtai", "宏泰"), ("Mingguang", "明光"), ("Ruifeng", "瑞丰"), ("Yongan", "永安")),
    *(("Qingshan", "青山"), ("Zhongxing", "众兴"), ("Lianchuang", "联创"), ("Anhua", "安华")),
    *(("Fuqiang", "富强"), ("Guangda", "广达"), ("Kaiyuan", "开元"), ("Weiye", "伟业")),
)
KINDS = {
    "mine": ("Mining", "稀土矿业"),
    "plant": ("Separation", "稀土分离"),
    "metal": ("Metals", "稀土金属"),
    "magnet": ("Magnetics", "磁材"),
    "recycler": ("Resources", "再生资源"),
    "trader": ("Trading", "贸易"),
    "outside": ("Materials", "新材料"),
    "group": ("Rare Earth Group", "稀土集团"),
}


@dataclass(frozen=True)
class Size:
    """How many of each; mines and plants by kind."""

    rock: int
    ionic: int
    light: int
    heavy: int
    middle: int
    cracker: int
    metal: int
    magnet: int
    recycler: int
    trader: int
    outside: int
    batch_days: tuple[int, ...]


SIZES = {
    "small": Size(2, 2, 2, 1, 1, 1, 2, 2, 1, 2, 3, (7, 30)),
    "medium": Size(4, 6, 4, 4, 2, 2, 5, 6, 3, 5, 8, (3, 7, 30, 34)),
    "large": Size(5, 9, 6, 6, 3, 2, 8, 10, 4, 8, 12, (2, 3, 2, 30)),
}
ACTIVITY = {
    "mine": ("mining",),
    "plant": ("separation",),
    "metal": ("metal",),
    "magnet": ("magnet",),
    "recycler": ("recycling",),
    "trader": ("trade",),
}


class Casting:
    """Makes the enterprises of one world, each with habits and a chance of its own."""

    def __init__(self, seed: int, size: Size, world: World) -> None:
        self.seed = seed
        self.size = size
        self.world = world
        self.rng = world.rng
        self.names = [
            (f"{a[0]} {b[0]}", a[1] + b[1]) for a in SYLLABLES for b in SYLLABLES if a != b
        ]
        self.rng.shuffle(self.names)
        self.codes: set[str] = set()

    def facts(self, kind: str, region: str) -> dict[str, object]:
        """What every enterprise is made of."""
        english, chinese = self.names.pop()
        role, role_zh = KINDS[kind]
        rng = Random(f"{self.seed}/{english}")
        return {
            "name_en": f"{english} {role} Co., Ltd.",
            "name_zh": f"{chinese}{role_zh}有限公司",
            "activities": ACTIVITY.get(kind, ()),
            "region": region,
            "rng": rng,
            "uscc": self._uscc(region),
            "habits": habits(rng, len(self.codes)),
        }

    def _uscc(self, region: str) -> str:
        while True:
            own = "".join(self.rng.choices(USCC_ALPHABET, k=9))
            body = f"91{region}{own}"
            if body not in self.codes:
                self.codes.add(body)
                return body + uscc_check_character(body)

    def add(self, agent: Agent) -> Agent:
        """Let it live in the world."""
        self.world.agents.append(agent)
        return agent


def habits(rng: Random, n: int) -> Habits:
    """How its bookkeeper works."""
    return Habits(
        digits=rng.choice((0, 0, 0, 1, 1, 2, 3)),
        scale_bias=max(-0.0018, min(0.0018, rng.gauss(0, 0.0007))),
        counts_empty=rng.random() < 0.3,
        filing_day=rng.randint(3, 9),
        sloppiness=rng.choice((0.0, 0.02, 0.03, 0.06)),
        documents=rng.choice(("invoice", "invoice", "by day", f"FP{n:02}")),
        assays=rng.random() < 0.45,
    )


def populate(world: World, seed: int, size: Size) -> None:
    """Mines, plants, works, traders and buyers of one world, wired to one another."""
    casting = Casting(seed, size, world)
    mines = _mines(casting)
    plants = _plants(casting, mines)
    works = _works(casting)
    recyclers = [
        casting.add(
            Recycler(
                **casting.facts("recycler", casting.rng.choice(COAST)), daily_reo_kg=900, run_days=4
            )
        )
        for _ in range(size.recycler)
    ]
    traders = [
        casting.add(Trader(**casting.facts("trader", casting.rng.choice(COAST))))
        for _ in range(size.trader)
    ]
    outside = [
        casting.add(Outside(**casting.facts("outside", casting.rng.choice(COAST))))
        for _ in range(size.outside)
    ]
    wire(world, mines, plants, works, recyclers, traders, outside)
    _groups(casting, [*mines, *plants])
    _lives(casting)


def _mines(casting: Casting) -> list[Mine]:
    rng, size = casting.rng, casting.size
    found = []
    for i in range(size.rock):
        product = ("ORE-MIX", "ORE-BAST")[i % 2]
        region = rng.choice(NORTH if product == "ORE-MIX" else WEST)
        yearly, season = rng.uniform(2.5e6, 9e6), rng.choice(("cold winter", "spring pause"))
        found.append((product, region, yearly, rng.randint(5, 12), season))
    for i in range(size.ionic):
        product = ("ORE-ION-M", "ORE-ION-M", "ORE-ION-Y")[i % 3]
        yearly = rng.uniform(0.25e6, 1.1e6)
        season = rng.choice(("rain", "steady", "spring pause"))
        found.append((product, rng.choice(SOUTH), yearly, rng.randint(7, 15), season))
    return [
        casting.add(
            Mine(
                **casting.facts("mine", region),
                product=product,
                yearly_reo_kg=yearly,
                lot_days=lot_days,
                season=season,
            )
        )
        for product, region, yearly, lot_days, season in found
    ]


def _plants(casting: Casting, mines: list[Mine]) -> list[Plant]:
    rng, size = casting.rng, casting.size
    rock = sum(m.daily_reo_kg for m in mines if m.product in ("ORE-MIX", "ORE-BAST"))
    ionic = sum(m.daily_reo_kg for m in mines if m.product.startswith("ORE-ION"))
    found: list[tuple[str, float, str]] = []
    for i in range(size.light):
        sheet = ("light", "light apart", "light with carbonate", "light")[i % 4]
        found.append((sheet, rock * 0.95 / size.light, rng.choice(NORTH + WEST)))
    for i in range(size.cracker):
        sheet = ("cracking to carbonate", "cracking to chloride")[i % 2]
        found.append((sheet, rock * 0.3 / size.cracker, rng.choice(NORTH + WEST)))
    for i in range(size.heavy):
        sheet = ("ionic", "ionic to the last")[i % 2]
        found.append((sheet, ionic * 1.25 / size.heavy, rng.choice(SOUTH)))
    found += [("middle and heavy", rock * 0.06 / size.middle, rng.choice(SOUTH))] * size.middle
    plants = []
    for i, (sheet, daily, region) in enumerate(found):
        days = size.batch_days[i % len(size.batch_days)]
        plant = Plant(
            **casting.facts("plant", region),
            flowsheet=sheet,
            daily_reo_kg=daily * rng.uniform(0.85, 1.2),
            run_days=days,
        )
        if "ORE-MON" in plant.feeds and rng.random() < 0.6:
            plant.imports = {"ORE-MON": plant.daily_reo_kg * 9}
        elif "ORE-ION-M" in plant.feeds and rng.random() < 0.4:
            plant.imports = {"ORE-ION-M": plant.daily_reo_kg * 8}
        plants.append(casting.add(plant))
    return plants


def _works(casting: Casting) -> list[Works]:
    rng, size = casting.rng, casting.size
    found = []
    for i in range(size.metal):
        recipes = (PRND_METAL,) if i % 3 == 1 else METALS
        facts = casting.facts("metal", rng.choice(COAST + NORTH + SOUTH))
        charge = rng.uniform(6_000, 14_000)
        found.append(Works(**facts, recipes=recipes, charge_reo_kg=charge, every=rng.randint(2, 5)))
    for _ in range(size.magnet):
        facts = casting.facts("magnet", rng.choice(COAST + NORTH))
        charge = rng.uniform(3_000, 9_000)
        found.append(
            Works(**facts, recipes=(MAGNET,), charge_reo_kg=charge, every=rng.randint(2, 6))
        )
    return [casting.add(each) for each in found]


def _groups(casting: Casting, members: list[Agent]) -> None:
    for _ in range(2):
        facts = casting.facts("group", casting.rng.choice(("150000", "360000", "440000")))
        casting.world.groups.append(Books(**facts))
    for member in members:
        if casting.rng.random() < 0.7:
            member.parent = casting.rng.choice(casting.world.groups)


def _lives(casting: Casting) -> None:
    """What befalls an enterprise in a year: one begins in summer, one changes its feed, some stand
    still for a month."""
    rng, world = casting.rng, casting.world
    year = world.last.year
    young = rng.choice([a for a in world.agents if isinstance(a, (Works, Mine, Recycler))])
    young.opens = date(year, rng.randint(5, 8), rng.randint(1, 20))
    turning = [a for a in world.agents if isinstance(a, Plant) and len(a.feeds) > 2]
    if turning:
        rng.choice(turning).turn = date(year, rng.randint(4, 9), rng.randint(1, 28))
    for agent in world.agents:
        if agent is not young and agent.files and rng.random() < 0.12:
            agent.idle.add(f"{year}-{rng.randint(2, 12):02}")
