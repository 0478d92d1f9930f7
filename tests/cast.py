"""The cast of the tests: one of everybody, and two of the ones that must not see each other."""

from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from django.contrib.auth.models import Group
from guardian.shortcuts import assign_perm

from enterprises.models import Designation, Enterprise
from portal.accounts.models import Organisation, Region, User
from portal.kernel.fields import uscc_check_character
from portal.kernel.period import CIVIL, Month

_serial = count(1)


def make_uscc() -> str:
    """A valid unified social credit code that no other test object has."""
    body = f"91150000MA{next(_serial):07d}"
    return body + uscc_check_character(body)


def make_user(organisation: Organisation, role: str, **fields: Any) -> User:
    """Somebody of `organisation` in `role`, whose password is the user name twice."""
    username = fields.pop("username", f"{role}{next(_serial)}")
    user = User(
        username=username,
        organisation=organisation,
        role=role,
        full_name=fields.pop("full_name", username.title()),
        email=f"{username}@example.cn",
        **fields,
    )
    user.set_password(username * 2)
    user.save()
    if organisation.group:
        user.groups.add(organisation.group)
    return user


def make_enterprise(
    name: str, region: Region, *activities: str, parent: Enterprise | None = None, **fields: Any
) -> Enterprise:
    """An enterprise with its organisation and the grant of its group on it."""
    group = Group.objects.create(name=f"enterprise {name} {next(_serial)}")
    organisation = Organisation.objects.create(
        kind="enterprise", name_en=name, name_zh=f"{name}公司", region=region, group=group
    )
    enterprise = Enterprise.objects.create(
        organisation=organisation,
        uscc=fields.pop("uscc", None) or make_uscc(),
        region=region,
        activities=list(activities),
        parent=parent,
        **fields,
    )
    assign_perm("enterprises.represent_enterprise", group, enterprise)
    return enterprise


def designate(enterprise: Enterprise, activity: str, since: date = date(2024, 1, 1)) -> Designation:
    """An open designation of `enterprise`."""
    return Designation.objects.create(
        enterprise=enterprise, activity=activity, valid_from=since, document="MIIT list 2025"
    )


def make_designated(name: str, region: Region, *activities: str, **fields: Any) -> Enterprise:
    """An enterprise with open designations for what it does."""
    enterprise = make_enterprise(name, region, *activities, **fields)
    for activity in activities:
        designate(enterprise, activity)
    return enterprise


@pytest.fixture
def noon() -> datetime:
    """Noon of 5 March 2025 in China: February can still be filed."""
    return datetime(2025, 3, 5, 12, tzinfo=CIVIL)


@pytest.fixture
def later(noon: datetime) -> datetime:
    """An hour after noon."""
    return noon + timedelta(hours=1)


@pytest.fixture
def february() -> Month:
    """The month that is being filed at noon."""
    return Month(2025, 2)


@pytest.fixture
def inner_mongolia(db: None) -> Region:
    """A province."""
    return Region.objects.get(code="150000")


@pytest.fixture
def jiangxi(db: None) -> Region:
    """Another province."""
    return Region.objects.get(code="360000")


@pytest.fixture
def baotou(inner_mongolia: Region) -> Region:
    """A prefecture of Inner Mongolia."""
    return Region.objects.create(
        code="150200", parent=inner_mongolia, level=2, name_en="Baotou", name_zh="包头市"
    )


@pytest.fixture
def ganzhou(jiangxi: Region) -> Region:
    """A prefecture of Jiangxi."""
    return Region.objects.create(
        code="360700", parent=jiangxi, level=2, name_en="Ganzhou", name_zh="赣州市"
    )


def _ministry(code: str) -> Organisation:
    return Organisation.objects.get(ministry=code)


@pytest.fixture
def miit(db: None) -> Organisation:
    """The Ministry of Industry and Information Technology."""
    return _ministry("MIIT")


@pytest.fixture
def drafter(miit: Organisation) -> User:
    """Drafts for MIIT."""
    return make_user(miit, "drafter")


@pytest.fixture
def signatory(miit: Organisation) -> User:
    """Signs and issues for MIIT."""
    return make_user(miit, "signatory")


@pytest.fixture
def ndrc_signatory(db: None) -> User:
    """Signs for NDRC."""
    return make_user(_ministry("NDRC"), "signatory")


@pytest.fixture
def mnr_signatory(db: None) -> User:
    """Signs for MNR."""
    return make_user(_ministry("MNR"), "signatory")


@pytest.fixture
def supervisor(miit: Organisation) -> User:
    """Works findings for MIIT."""
    return make_user(miit, "supervisor")


@pytest.fixture
def viewer(miit: Organisation) -> User:
    """Reads for MIIT."""
    return make_user(miit, "viewer")


@pytest.fixture
def recipient(inner_mongolia: Region) -> User:
    """Receives copies for the industry department of Inner Mongolia."""
    authority = Organisation.objects.get(region=inner_mongolia, department="industry")
    return make_user(authority, "recipient")


@pytest.fixture
def other_recipient(jiangxi: Region) -> User:
    """Receives copies for the industry department of Jiangxi."""
    return make_user(Organisation.objects.get(region=jiangxi, department="industry"), "recipient")


@pytest.fixture
def auditor(db: None) -> User:
    """Reads everything, writes nothing."""
    return make_user(Organisation.objects.get(kind="audit"), "auditor")


@pytest.fixture
def administrator(db: None) -> User:
    """Manages accounts."""
    return make_user(Organisation.objects.get(kind="operator"), "administrator")


@pytest.fixture
def northern(baotou: Region) -> Enterprise:
    """Mines and separates in Baotou, designated for both."""
    enterprise = make_enterprise("Northern", baotou, "mining", "separation")
    designate(enterprise, "mining")
    designate(enterprise, "separation")
    return enterprise


@pytest.fixture
def southern(ganzhou: Region) -> Enterprise:
    """Separates in Ganzhou, designated for it."""
    enterprise = make_enterprise("Southern", ganzhou, "separation")
    designate(enterprise, "separation")
    return enterprise


@pytest.fixture
def outsider(ganzhou: Region) -> Enterprise:
    """A buyer outside the platform: it has no activity and files nothing."""
    return make_enterprise("Outsider", ganzhou)


@pytest.fixture
def filer(northern: Enterprise) -> User:
    """Prepares Northern's filings."""
    return make_user(northern.organisation, "filer")


@pytest.fixture
def attester(northern: Enterprise) -> User:
    """Attests to Northern's filings."""
    return make_user(northern.organisation, "attester")


@pytest.fixture
def southern_filer(southern: Enterprise) -> User:
    """Prepares Southern's filings: a stranger to Northern."""
    return make_user(southern.organisation, "filer")


@pytest.fixture
def southern_attester(southern: Enterprise) -> User:
    """Attests to Southern's filings."""
    return make_user(southern.organisation, "attester")
