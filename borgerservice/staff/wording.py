"""What people are told about staff, roles and invitations."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from borgerservice.municipalities.models import StaffRole

Role = StaffRole.Role

ROLES: dict[str, "str | Promise"] = {
    Role.CLERK: _("Clerk"),
    Role.LEAD: _("Team lead"),
    Role.ADMINISTRATOR: _("Administrator"),
    Role.FRAUD_REVIEWER: _("Fraud reviewer"),
    Role.AUDITOR: _("Auditor"),
}

REFUSALS = {
    "invalid_email": _("Write an e-mail address, for example name@example.com."),
    "already_invited": _("The person has an invitation to that role already."),
    "unknown_role": _("Choose a role."),
    "invitation_over": _("The invitation has been used, withdrawn, or is too old."),
    "username_taken": _("Somebody has that user name. Choose another."),
    "invalid_username": _("Use letters, digits and the signs @ . + - _ in the user name."),
    "looks_like_cpr": _("This looks like a CPR number. Write something else."),
    "name_missing": _("Write your name."),
    "weak_password": _("Choose another password. It is too short or too easy to guess."),
    "role_held": _("The role is already held."),
    "is_rule_steward": _("A rule steward can hold no other role."),
    "works_in_municipality": _(
        "Who has a role in a municipality cannot be a rule steward. End the role first."
    ),
    "not_rule_steward": _("The person is not a rule steward."),
    "role_is_over": _("The role has ended."),
    "own_administrator_role": _(
        "You cannot end your own role as administrator. Ask another administrator."
    ),
    "not_administrator": _("You are no longer an administrator here."),
    "not_staff_here": _("The person does not work here."),
    "number_needed": _("Write your CPR number."),
    "impossible_cpr_number": _("This is not a CPR number. Check the ten digits."),
    "own_number_recorded": _("Your number has been recorded already. You cannot change it."),
    "own_number_refused": _(
        "The number cannot be recorded for you. Check the ten digits. If you have had an account"
        " before, use that one."
    ),
    "numbers_unavailable": _("CPR numbers cannot be recorded right now. Try again later."),
}
