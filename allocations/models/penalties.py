"""Administrative penalties under the measures, and what became of the cuts they ask for."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from allocations.models.decisions import Decision
from allocations.models.lines import Category
from allocations.permissions import Perm
from enterprises.models import Enterprise
from portal.accounts.models import Organisation
from portal.kernel.fields import KgField


class Penalty(models.Model):
    """An administrative penalty: its enterprise's index of the next year is to be cut.

    `over_kg` is what was produced beyond the cap, kg REO; nothing where the breach was another.
    `finding` is the number of the finding it came from: findings lie in an app above this one.
    Never edited: what became of it, and whether it was set aside, is told by its answers.
    """

    class Ground(models.TextChoices):
        OVER_CAP = "over_cap", _("production beyond the cap")
        NO_CAP = "no_cap", _("production without a cap or designation")
        RECORDS = "records", _("flows not recorded or not entered truthfully")
        OTHER = "other", _("another breach of the measures")

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="penalties")
    category = models.CharField(_("category"), max_length=16, choices=Category)
    ground = models.CharField(_("ground"), max_length=8, choices=Ground)
    authority = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    document = models.CharField(_("penalty decision number"), max_length=120)
    decided_on = models.DateField(_("decided on"))
    over_kg = KgField(_("beyond the cap, kg REO"))
    finding = models.PositiveBigIntegerField(_("finding"), null=True, blank=True)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(_("entered at"))

    class Meta:
        ordering = ["-decided_on", "-id"]
        permissions = [(Perm.ENTER_PENALTY.split(".")[1], "Enter an administrative penalty")]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(over_kg__gte=0), name="penalty_over_kg_not_negative"
            ),
            models.UniqueConstraint(
                fields=["authority", "document", "enterprise", "category"],
                name="penalty_once",
            ),
        ]
        indexes = [models.Index(fields=["decided_on"], name="penalty_by_day")]

    def __str__(self) -> str:
        return f"{self.document}: {self.enterprise}"

    def get_absolute_url(self) -> str:
        """The penalty's own page."""
        return reverse("allocations:penalty_detail", args=[self.pk])

    @property
    def cut_year(self) -> int:
        """The first year whose index is to be cut: the one after the penalty."""
        return self.decided_on.year + 1

    @property
    def ground_label(self) -> Any:
        """The ground in words."""
        return self.Ground(self.ground).label


class PenaltyAnswer(models.Model):
    """What a ministry did about a penalty; the latest row counts.

    Taken: `kg` REO were cut on the line of `holder` in `decision`. It counts for as long as the
    line stands there and the decision is not withdrawn.
    """

    class Verdict(models.TextChoices):
        TAKEN = "taken", _("cut taken into a decision")
        DECLINED = "declined", _("cut declined")
        SET_ASIDE = "set_aside", _("penalty set aside")

    penalty = models.ForeignKey(Penalty, models.PROTECT, related_name="answers")
    verdict = models.CharField(_("answer"), max_length=10, choices=Verdict)
    decision = models.ForeignKey(
        Decision, models.PROTECT, related_name="penalty_answers", null=True, blank=True
    )
    holder = models.ForeignKey(Enterprise, models.PROTECT, related_name="+", null=True, blank=True)
    kg = KgField(_("kg REO"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=200)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"))

    class Meta:
        ordering = ["id"]
        default_permissions = ()
        indexes = [models.Index(fields=["penalty", "-id"], name="penalty_answer_latest")]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="penalty_answer_with_a_reason"),
            models.CheckConstraint(
                condition=Q(verdict="taken", decision__isnull=False, holder__isnull=False)
                & Q(kg__gte=0)
                | (~Q(verdict="taken") & Q(decision=None, holder=None, kg=None)),
                name="penalty_answer_taken_into_a_decision",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.penalty}: {self.verdict}"
