"""What each action of the audit trail is called; its apps lie above accounts and can't be asked."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# A test holds the keys against what the apps record.
ACTIONS: dict[str, Promise] = {
    "user.invited": _("account opened"),
    "user.changed": _("account changed"),
    "user.deactivated": _("account deactivated"),
    "user.reactivated": _("account reactivated"),
    "user.password_link_issued": _("password link issued"),
    "user.password_set": _("password set"),
    "user.password_changed": _("password changed"),
    "user.second_factor_set": _("second factor set up"),
    "user.second_factor_removed": _("second factor removed"),
    "user.second_factor_reset": _("second factor removed by an administrator"),
    "user.recovery_codes_renewed": _("recovery codes renewed"),
    "user.signed_in": _("signed in"),
    "user.language_chosen": _("language chosen"),
    "organisation.created": _("organisation entered"),
    "region.registered": _("region put on record"),
    "enterprise.registered": _("enterprise entered"),
    "enterprise.changed": _("enterprise changed"),
    "enterprise.designated": _("enterprise designated"),
    "enterprise.merged": _("enterprise merged into another"),
    "designation.ended": _("designation ended"),
    "site.added": _("site added"),
    "trading_partner.registered": _("trading partner entered"),
    "decision.drafted": _("decision drafted"),
    "decision.lines_set": _("lines of a decision set"),
    "decision.lines_changed": _("lines of a decision changed"),
    "decision.circulated": _("decision circulated"),
    "decision.signed": _("decision signed"),
    "decision.commented": _("line of a decision commented"),
    "decision.comment_settled": _("comment settled"),
    "decision.ordered": _("issue of a decision ordered"),
    "decision.stopped": _("issue of a decision stopped"),
    "decision.held_back": _("decision could not be issued"),
    "decision.issued": _("decision issued"),
    "decision.withdrawn": _("decision withdrawn"),
    "copy.opened": _("copy opened"),
    "copy.passed_down": _("copy passed down"),
    "copy.acknowledged": _("copy acknowledged"),
    "calendar.day_entered": _("day of the calendar entered"),
    "calendar.day_removed": _("day of the calendar removed"),
    "parameter.set": _("setting changed"),
    "key.created": _("key made"),
    "key.attestation_allowed": _("key allowed to submit"),
    "key.attestation_ended": _("key no longer allowed to submit"),
    "key.revoked": _("key revoked"),
    "upload.received": _("file received"),
    "filing.drafted": _("filing drafted"),
    "filing.filled": _("draft filled"),
    "filing.handed_over": _("draft handed to the attester"),
    "filing.discarded": _("draft thrown away"),
    "filing.submitted": _("filing submitted"),
    "filing.transcribed": _("filing taken over from a dataset"),
    "ledger.replayed": _("ledger replayed"),
    "reconciliation.asked": _("reconciliation asked for"),
    "reconciliation.finished": _("reconciliation finished"),
    "demonstration.loaded": _("demonstration loaded"),
    "demonstration.advanced": _("demonstration moved to the next day"),
}


def action_name(action: str) -> str:
    """What `action` is called in the reader's language."""
    return str(ACTIONS.get(action, action))
