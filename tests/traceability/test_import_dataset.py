"""import_dataset: the registry files, the errors to the letter, and the exit statuses."""

from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from allocations.models import Decision
from enterprises.models import Designation, Enterprise
from portal.accounts.models import Organisation, Region
from portal.kernel.models import AuditEvent

FIXTURES = Path(settings.BASE_DIR) / "traceability" / "fixtures"
REGISTRY = ("regions", "enterprises", "designations", "ceilings", "allocations")

NORTH, MINE, PLANT, TRADER = (
    "91150200F8MGMB4C0L",
    "91150200EB5AW61JTL",
    "911502000XAWRMT8LE",
    "913202002MA4M2P99D",
)
GOOD = {
    "regions.csv": """\
code,parent,name_en,name_zh
150200,150000,Baotou,包头市
150000,,Inner Mongolia,内蒙古自治区
320200,320000,Wuxi,无锡市
""",
    "enterprises.csv": f"""\
uscc,name_en,name_zh,parent_uscc,region,activities
{MINE},Bayan Mine 1,白云矿业1号,{NORTH},150200,mining
{NORTH},Group North,北方集团,,150200,
{PLANT},"Separation, Baotou",包头分离2号,{NORTH},150200,recycling;separation
{TRADER},Trading House 1,稀土贸易1号,,320200,trade
""",
    "designations.csv": f"""\
uscc,activity,valid_from,valid_to,document
{MINE},mining,2024-01-01,2024-12-31,MIIT list 2024
{MINE},mining,2025-01-01,,MIIT list 2025
{PLANT},separation,2024-01-01,,MIIT list 2025
""",
    "ceilings.csv": """\
year,category,tonnes
2025,mining_rock,100
2025,separation,90.5
""",
    "allocations.csv": f"""\
year,uscc,category,tonnes
2025,{MINE},mining_rock,100.000
2025,{PLANT},separation,90.499
""",
}


@pytest.fixture
def dataset(tmp_path: Path, db: None):
    """Writes a dataset: the good one, with files put in the place of its own."""

    def write(**files: str | bytes | None) -> Path:
        for name, content in {
            **GOOD,
            **{f"{key}.csv": text for key, text in files.items()},
        }.items():
            path = tmp_path / name
            if content is None:
                path.unlink(missing_ok=True)
            else:
                path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return tmp_path

    return write


def run(folder: Path) -> tuple[int, list[str], list[str]]:
    """Exit status, lines of standard output, lines of standard error of one import."""
    out, err = StringIO(), StringIO()
    try:
        call_command("import_dataset", str(folder), stdout=out, stderr=err)
    except CommandError as error:
        return (
            error.returncode,
            out.getvalue().splitlines(),
            err.getvalue().splitlines(),
        )
    return 0, out.getvalue().splitlines(), err.getvalue().splitlines()


def world() -> tuple[int, ...]:
    """How much of everything there is."""
    kinds = (Region, Organisation, Enterprise, Designation, Decision, AuditEvent)
    return tuple(kind.objects.count() for kind in kinds)


# --- what works ----------------------------------------------------------------------------------
def test_a_dataset_is_read_in_order(dataset):
    status, out, err = run(dataset())

    assert (status, err) == (0, [])
    assert out == [
        "regions.csv: 2 saved, 1 unchanged",
        "enterprises.csv: 4 saved, 0 unchanged",
        "designations.csv: 3 saved, 0 unchanged",
        "ceilings.csv: 2 saved, 0 unchanged",
        "allocations.csv: 2 saved, 0 unchanged",
    ]
    north = Enterprise.objects.get(uscc=NORTH)
    assert north.is_group
    assert set(north.members.values_list("uscc", flat=True)) == {MINE, PLANT}
    assert Enterprise.objects.get(uscc=PLANT).activities == ["separation", "recycling"]
    assert Organisation.objects.filter(region_id="150200", kind="authority").count() == 2


def test_a_years_ceilings_and_allocations_are_one_issued_decision(dataset):
    run(dataset())

    decision = Decision.objects.get()
    assert (decision.year, decision.status, decision.regime) == (
        2025,
        "issued",
        "total_control",
    )
    assert {line.category: str(line.kg) for line in decision.ceiling_lines.all()} == {
        "mining_rock": "100000.000",
        "separation": "90500.000",
    }
    assert decision.copies.exists()


def test_earlier_years_follow_the_directive_plan(dataset):
    folder = dataset(
        ceilings=GOOD["ceilings.csv"].replace("2025", "2023"),
        allocations=GOOD["allocations.csv"].replace("2025", "2023"),
    )

    assert run(folder)[0] == 0
    assert Decision.objects.get().regime == "directive_plan"


def test_the_same_dataset_twice_changes_nothing_and_says_so(dataset):
    folder = dataset()
    run(folder)
    before = world()

    status, out, err = run(folder)

    assert (status, err) == (0, [])
    assert out[0] == "regions.csv: 0 saved, 3 unchanged"
    assert out[-1] == "Nothing changed: all of it is on record already."
    assert world() == before


def test_a_mark_other_line_ends_empty_lines_and_another_order_of_columns_are_fine(
    dataset,
):
    text = (
        "name_zh,name_en,code,parent\r\n\r\n"
        '包头市,Baotou,150200,150000\r\n无锡市," Wuxi ",320200,320000\r\n'
    )
    folder = dataset(regions=b"\xef\xbb\xbf" + text.encode())

    status, out, _err = run(folder)

    assert (status, out[0]) == (0, "regions.csv: 2 saved, 0 unchanged")
    assert Region.objects.get(code="320200").name_en == "Wuxi"


def test_only_the_files_that_are_there_are_read(dataset):
    folder = dataset(enterprises=None, designations=None, ceilings=None, allocations=None)

    status, out, _err = run(folder)

    assert (status, out) == (0, ["regions.csv: 2 saved, 1 unchanged"])


def test_allocations_may_come_after_their_ceilings(dataset):
    allocations = GOOD["allocations.csv"]
    assert run(dataset(allocations=None))[0] == 0

    status, out, err = run(dataset(ceilings=None, allocations=allocations))

    assert (status, err) == (0, [])
    assert out[-1] == "allocations.csv: 2 saved, 0 unchanged"
    assert Decision.objects.filter(status="issued").count() == 2


def test_the_sample_world_is_read(dataset, tmp_path):
    for name in REGISTRY:
        source = FIXTURES / "sample-falsified" / f"{name}.csv"
        (tmp_path / f"{name}.csv").write_bytes(source.read_bytes())

    status, _out, err = run(tmp_path)

    assert (status, err) == (0, [])
    assert (Enterprise.objects.count(), Designation.objects.count()) == (49, 23)


def test_a_whole_dataset_is_read_and_twice_changes_nothing(tmp_path, db):
    for source in (FIXTURES / "sample-honest").glob("*.csv"):
        (tmp_path / source.name).write_bytes(source.read_bytes())

    first, second = run(tmp_path), run(tmp_path)

    assert first == (0, first[1], [])
    assert first[1][-1].endswith("filings: 189 saved, 0 unchanged, 0 refused")
    assert second[1][-2:] == [
        "filings.csv, records.csv: filings: 0 saved, 189 unchanged, 0 refused",
        "Nothing changed: all of it is on record already.",
    ]


def test_a_bad_filing_is_refused_and_the_others_are_saved(dataset):
    folder = dataset()
    (folder / "filings.csv").write_text(
        "uscc,month,version,submitted_at\n"
        f"{MINE},2025-01,1,2025-02-08T09:30:00+08:00\n"
        f"{PLANT},2025-01,1,2025-02-08T09:30:00+08:00\n"
    )
    (folder / "records.csv").write_text(
        "uscc,month,version,kind,date,lot,lot_maker,product,gross_kg,reo_percent,run,"
        "counterparty,document,country,assay,note\n"
        f"{MINE},2025-01,1,extraction,2025-01-15,L1,,ORE-MIX,1000,60,,,,,,\n"
        f"{PLANT},2025-01,1,digging,2025-01-15,L1,,ORE-MIX,1000,60,,,,,,\n"
    )

    status, out, err = run(folder)

    assert status == 1
    assert out[-1] == "filings.csv, records.csv: filings: 1 saved, 0 unchanged, 1 refused"
    assert [line.split(": ")[:2] for line in err] == [["records.csv:3", "kind"]]


def test_a_folder_without_any_file_of_a_dataset_is_refused(tmp_path, db):
    with pytest.raises(CommandError, match=r"holds none of regions\.csv"):
        call_command("import_dataset", str(tmp_path))


# --- what is refused -----------------------------------------------------------------------------
HEADERS = {name: text.splitlines()[0] for name, text in GOOD.items()}
BROKEN = {
    "an unknown and a missing column": (
        "regions",
        "code,parent,name,name_zh\n150200,150000,Baotou,包头市\n",
        [
            "regions.csv:1: name: unknown column; the columns are code, parent, name_en, name_zh",
            "regions.csv:1: name_en: this column is missing",
        ],
    ),
    "a column whose name breaks the line": (
        "regions",
        'code,parent,name_en,name_zh,"a\nb"\n',
        ["regions.csv:1: row: unknown column; the columns are code, parent, name_en, name_zh"],
    ),
    "a column twice": (
        "regions",
        "code,parent,name_en,name_zh,code\n",
        ["regions.csv:1: code: the column is there 2 times"],
    ),
    "nothing in it": (
        "regions",
        "",
        ["regions.csv:1: row: the file is empty: the first row names the columns"],
    ),
    "too few and too many fields": (
        "regions",
        "code,parent,name_en,name_zh\n150200,150000,Baotou\n320200,320000,Wuxi,无锡市,1\n",
        [
            "regions.csv:2: row: 3 fields where the header has 4",
            "regions.csv:3: row: 5 fields where the header has 4",
        ],
    ),
    "bytes that are not UTF-8": (
        "regions",
        "code,parent,name_en,name_zh\n150200,150000,Baotou,包头市\n".encode("gb18030")
        + b"320200,320000,\xff,x\n",
        [
            "regions.csv:2: row: not UTF-8: byte 0xb0 at place 22",
            "regions.csv:3: row: not UTF-8: byte 0xff at place 15",
        ],
    ),
    "a quote that never closes": (
        "regions",
        'code,parent,name_en,name_zh\n150200,150000,"Baotou,包头市\n',
        ["regions.csv:2: row: not CSV: unexpected end of data"],
    ),
    "bad regions": (
        "regions",
        "code,parent,name_en,name_zh\n"
        "15020,150000,Baotou,包头市\n"
        "150200,,Baotou,包头市\n"
        "320200,150000,Wuxi,无锡市\n"
        "360702,360700,Zhanggong,章贡区\n"
        "150000,,Inner Mongolia,内蒙古\n"
        "330200,330000,,宁波市\n"
        "330200,330000,Ningbo,宁波市\n",
        [
            "regions.csv:2: code: '15020' is not a region code of six digits",
            "regions.csv:3: parent: empty: only a province has no parent",
            "regions.csv:4: parent: 320200 does not lie within 150000",
            "regions.csv:5: parent: 360700 is neither on record nor in this file",
            "regions.csv:6: name_zh: on record is '内蒙古自治区'",
            "regions.csv:7: name_en: empty",
            "regions.csv:8: code: the same as in line 7",
        ],
    ),
    "bad enterprises": (
        "enterprises",
        f"{HEADERS['enterprises.csv']}\n"
        "91150200F8MGMB4C0M,North,北方,,150200,\n"
        f"{MINE},Mine,,91150200F8MGMB4C0L,150299,digging;mining\n"
        f"{PLANT},Plant,厂,{PLANT},150200,mining;mining\n"
        f'{TRADER},Trader,"商\n号",,320200,trade\n'
        f"{PLANT},Plant,厂,,150200,\n",
        [
            "enterprises.csv:2: uscc: The last character does not check the 17 before it: one of"
            " the characters of 91150200F8MGMB4C0M is mistyped.",
            "enterprises.csv:3: name_zh: empty",
            f"enterprises.csv:3: parent_uscc: {NORTH} is neither on record nor in this file",
            "enterprises.csv:3: region: no region '150299' is on record",
            "enterprises.csv:3: activities: 'digging' is none of mining, separation, metal,"
            " magnet, recycling, trade",
            "enterprises.csv:4: parent_uscc: the enterprise belongs, through its groups, to itself",
            "enterprises.csv:4: activities: an activity is there twice",
            "enterprises.csv:5: name_zh: a control character or a line break in it",
            "enterprises.csv:7: uscc: the same as in line 4",
        ],
    ),
    "bad designations": (
        "designations",
        f"{HEADERS['designations.csv']}\n"
        f"{MINE},trade,2024-01-01,,list\n"
        f"{MINE},mining,2024-02-30,,\n"
        f"{MINE},mining,2025-01-01,2024-12-31,list\n"
        "91360700F8LRENUK7R,mining,2025-01-01,,list\n"
        f"{PLANT},separation,2024-01-01,2024-12-31,list\n"
        f"{PLANT},separation,2024-12-31,,list\n",
        [
            "designations.csv:2: activity: 'trade' is none of mining, separation",
            "designations.csv:3: valid_from: '2024-02-30' is not a day like 2025-03-09",
            "designations.csv:3: document: empty",
            "designations.csv:4: valid_to: The last day 2024-12-31 lies before the first day"
            " 2025-01-01.",
            "designations.csv:5: uscc: no enterprise with the code 91360700F8LRENUK7R is on record",
            "designations.csv:7: valid_from: A designation for this activity stands from"
            " 2024-01-01 to 2024-12-31.",
        ],
    ),
    "bad allocations": (
        "allocations",
        f"{HEADERS['allocations.csv']}\n"
        f"25,{MINE},mining,1e3\n"
        f"2025,{MINE},mining_rock,60\n"
        f"2025,{PLANT},mining_rock,40.001\n"
        f"2025,{PLANT},mining_ionic,0.001\n"
        f"2025,{PLANT},separation,-1\n"
        f"2025,{MINE},mining_rock,0.1234\n",
        [
            "allocations.csv:2: year: '25' is not a year like 2025",
            "allocations.csv:2: category: 'mining' is none of mining_rock, mining_ionic,"
            " separation",
            "allocations.csv:2: tonnes: '1e3' is not a mass in tonnes with up to 3 decimals",
            "allocations.csv:4: tonnes: with this line the allocations of 2025 for mining_rock"
            " come to 100.001 t, over the ceiling of 100.000 t",
            "allocations.csv:5: tonnes: with this line the allocations of 2025 for mining_ionic"
            " come to 0.001 t, over the ceiling of 0.000 t",
            "allocations.csv:6: tonnes: '-1' is not a mass in tonnes with up to 3 decimals",
            "allocations.csv:7: uscc: the same as in line 3",
            "allocations.csv:7: tonnes: '0.1234' is not a mass in tonnes with up to 3 decimals",
        ],
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_every_bad_row_is_told_and_nothing_of_the_file_is_saved(dataset, case):
    file, content, told = BROKEN[case]
    later = list(REGISTRY)[REGISTRY.index(file) + 1 :]
    folder = dataset(**{file: content}, **dict.fromkeys(later))
    counts = {"regions": Region, "enterprises": Enterprise, "designations": Designation}
    before = counts[file].objects.count() if file in counts else 0

    status, out, err = run(folder)

    assert err == told
    assert status == 1
    plural = "s" if len(told) > 1 else ""
    assert out[-1] == f"{file}.csv: refused, {len(told)} error{plural}"
    assert (counts[file].objects.count() if file in counts else 0) == before


def test_ceilings_stand_when_their_allocations_are_refused(dataset):
    folder = dataset(allocations=GOOD["allocations.csv"].replace("100.000", "100.001"))

    status, out, _err = run(folder)

    assert status == 1
    assert out[-2:] == [
        "ceilings.csv: 2 saved, 0 unchanged",
        "allocations.csv: refused, 1 error",
    ]
    assert not Decision.objects.get().allocation_lines.exists()


def test_a_refused_file_stops_none_of_the_others(dataset):
    folder = dataset(designations=f"{HEADERS['designations.csv']}\n{MINE},mining,soon,,list\n")

    status, out, _err = run(folder)

    assert status == 1
    assert out[2:] == [
        "designations.csv: refused, 1 error",
        "ceilings.csv: 2 saved, 0 unchanged",
        "allocations.csv: 2 saved, 0 unchanged",
    ]


def test_rows_that_refer_to_a_refused_file_are_bad_rows(dataset):
    folder = dataset(enterprises=GOOD["enterprises.csv"].replace(",trade", ",trading"))

    status, _out, err = run(folder)

    assert status == 1
    assert err[0].startswith("enterprises.csv:5: activities: 'trading'")
    assert err[1] == f"designations.csv:2: uscc: no enterprise with the code {MINE} is on record"
    assert not Enterprise.objects.exists()


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        (
            "enterprises",
            "Group North",
            "Group",
            "3: name_en: on record is 'Group North'",
        ),
        (
            "enterprises",
            f"1号,{NORTH},150200",
            "1号,,150200",
            f"2: parent_uscc: on record is '{NORTH}'",
        ),
        ("enterprises", ",trade", ",metal", "5: activities: on record is 'trade'"),
        (
            "designations",
            "-01,,MIIT list 2025\n9115",
            "-01,2025-06-30,MIIT list 2025\n9115",
            "3: valid_to: on record is ''",
        ),
        (
            "designations",
            "list 2024",
            "list",
            "2: document: on record is 'MIIT list 2024'",
        ),
        ("regions", "Wuxi", "Wusih", "4: name_en: on record is 'Wuxi'"),
        (
            "ceilings",
            "90.5",
            "91",
            "3: tonnes: on record are 90.500 t for 2025; a decision in the portal changes it",
        ),
        (
            "allocations",
            "90.499",
            "90.5",
            "3: tonnes: on record are 90.499 t for 2025; a decision in the portal changes it",
        ),
    ],
)
def test_what_differs_from_the_record_is_refused_not_overwritten(dataset, file, old, new, told):
    run(dataset())
    before = world()

    status, _out, err = run(dataset(**{file: GOOD[f"{file}.csv"].replace(old, new)}))

    assert (status, err) == (1, [f"{file}.csv:{told}"])
    assert world() == before


def test_an_allocation_that_the_file_leaves_out_differs(dataset):
    run(dataset())
    left = "".join(GOOD["allocations.csv"].splitlines(keepends=True)[:2])

    status, _out, err = run(dataset(allocations=left))

    assert status == 1
    assert err == ["allocations.csv:2: year: for 2025, 1 more are on record than this file has"]
