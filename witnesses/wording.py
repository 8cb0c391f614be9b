"""What staff are told when a step in a case is refused."""

from django.utils.translation import gettext_lazy as _

REFUSALS = {
    "not_found": _("We cannot find the case."),
    "case_over": _("The case is over and cannot be changed."),
    "already_decided": _("The case has already been decided. See the decision below."),
    "changed_meanwhile": _(
        "The case was changed after you opened this page. Look at what is recorded now, and send"
        " again if it is still right."
    ),
    "wrong_step": _("Finish the step before this one first."),
    "not_checked_in": _("Check the citizen in first."),
    "proves_no_identity": _("No identity is proved for this service."),
    "already_confirmed": _("The citizen's identity has already been confirmed at this visit."),
    "own_case": _("You cannot work on your own case. Ask a colleague to take over."),
    "late_reason_needed": _("The day of the meeting is over. Choose why the case is decided now."),
    "late_reason_unwanted": _("The case is decided on the day of the meeting. Give no reason."),
    "impossible_cpr_number": _("This is not a CPR number. Check the ten digits."),
    "impossible_p_code": _("This is not a P-code. A P-code has eight digits."),
    "number_needed": _("Write the number, or choose that there is none."),
    "number_unwanted": _("Choose which number this is, or remove it."),
    "witness_number_needed": _("Write the witness's CPR number or P-code."),
    "no_number_to_keep": _("No number has been recorded yet. Write it."),
    "birth_date_needed": _("Write the date of birth."),
    "birth_date_contradicts_number": _("The date of birth does not match the CPR number."),
    "birth_date_in_future": _("The date of birth lies in the future."),
    "birth_date_too_early": _("The date of birth is too far back."),
    "too_many_documents": _("Record at most {limit} documents."),
    "unknown_document_type": _("Choose the type of document."),
    "unknown_country": _("Write the country as two letters, for example DK."),
    "unknown_form": _("Choose how the document was shown."),
    "expires_before_issued": _("The document expires before it was issued."),
    "issued_in_future": _("The date of issue lies in the future."),
    "date_too_early": _("The date is too far back."),
    "mitid_date_needed": _("Write the date, or choose that it could not be established."),
    "mitid_date_unwanted": _(
        "You chose that the date could not be established. Remove it, or choose how it was."
    ),
    "mitid_in_future": _("The witness cannot have had MitID since a day in the future."),
    "mitid_before_it_existed": _("MitID did not exist before 6 May 2021."),
    "mitid_before_birth": _("The witness was not born on that day."),
    "empty": _("Write the name."),
    "too_long": _("The name is too long. Write at most {limit} characters."),
    "not_a_name": _("Write a name with letters."),
    "looks_like_cpr": _("This looks like a CPR number. Write it in its own field."),
    "ledger_unavailable": _(
        "People cannot be looked up right now, so CPR numbers cannot be recorded and no witness"
        " can be accepted. Try again later, or book another time for the citizen."
    ),
}
