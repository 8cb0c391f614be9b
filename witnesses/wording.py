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
    "no_longer_known": _(
        "The meeting was so long ago that we no longer know what the witness did before it. Leave"
        " the case without a decision, and ask the citizen to come again."
    ),
    "wrong_step": _("Finish the step before this one first."),
    "not_checked_in": _("Check the citizen in first."),
    "proves_no_identity": _("No identity is proved for this service."),
    "already_confirmed": _("The citizen's identity has already been confirmed at this visit."),
    "finding_needed": _("Choose what you found."),
    "signal_reviewed": _("The signal has already been closed."),
    "own_work": _("You worked on one of the cases yourself. Ask another reviewer."),
    "own_number_needed": _("Write your own CPR number before you work on identity cases."),
    "own_case": _(
        "Nobody can work on a case they are the applicant or the witness of. A colleague must take"
        " over, or begin the case anew."
    ),
    "witness_level_too_low": _(
        "The witness's MitID has a lower level than the one the applicant is to have. The citizen"
        " needs another witness, or a lower level."
    ),
    "level_above_witness": _(
        "This level is higher than that of the witness who is recorded. Choose a lower one, or"
        " record another witness first."
    ),
    "not_confirmed": _("The identity was not confirmed, so there is nothing to answer."),
    "no_witness": _("No witness is recorded in the case."),
    "witness_changed": _("Another witness has been recorded in the case meanwhile."),
    "declaration_accepted": _("The witness has already accepted the declaration."),
    "declaration_needed": _(
        "The witness must accept the declaration first. If they do not want to, record that there"
        " is no witness."
    ),
    "declaration_outdated": _("The text of the declaration is a new one. Print it again."),
    "papers_unreadable": _("The answer could not be read. Answer the questions again."),
    "unknown_language": _("Choose the language of the text."),
    "sign_in_off": _("MitID cannot be used here. Let the witness sign the printed text."),
    "no_cpr_for_sign_in": _(
        "A witness with a P-code cannot sign with MitID here. Let the witness sign the printed"
        " text."
    ),
    "late_reason_needed": _("The day of the meeting is over. Choose why the case is decided now."),
    "late_reason_unwanted": _("The case is decided on the day of the meeting. Give no reason."),
    "unknown_reason": _("Choose one of the reasons shown."),
    "nothing_to_reverse": _("No witness was what confirmed the identity in this case."),
    "already_reversed": _("The witnessing has already been reversed."),
    "reversal_waits": _("Somebody has proposed this already. It waits for an answer."),
    "too_many_reversals": _(
        "The witnessing cannot be reversed now. At most {limit} witnessings of the same person can"
        " be reversed within {days} days."
    ),
    "already_answered": _("A colleague has answered this already."),
    "own_proposal": _("You proposed this yourself. A colleague must answer it."),
    "own_decision": _("You decided the case yourself. A colleague must answer it."),
    "about_yourself": _("This is about yourself. Ask a colleague to take over."),
    "same_number": _("This is the same number. Write the other one."),
    "already_linked": _("The two numbers already belong to one person."),
    "link_waits": _("Somebody has proposed this already. It waits for an answer."),
    "impossible_cpr_number": _("This is not a CPR number. Check the ten digits."),
    "impossible_p_code": _("This is not a P-code. A P-code has eight digits."),
    "number_needed": _("Write the number, or choose that there is none."),
    "no_number_to_link": _(
        "Without a CPR number, the MitID cannot carry one. Remove the tick here."
    ),
    "number_unwanted": _("Choose which number this is, or remove it."),
    "witness_number_needed": _("Write the witness's CPR number or P-code."),
    "no_number_to_keep": _("No number has been recorded yet. Write it."),
    "number_unreadable": _("What the number told cannot be read any more. Write the number again."),
    "evidence_unreadable": _(
        "A date of birth that was recorded cannot be read any more. Record the documents again, and"
        " the witness."
    ),
    "case_unreadable": _(
        "What is sealed in this case cannot be read any more, and nothing can be added. Close it"
        " without a decision, and start a new one."
    ),
    "birth_date_needed": _("Write the date of birth."),
    "birth_date_contradicts_number": _("The date of birth does not match the CPR number."),
    "birth_date_in_future": _("The date of birth lies after the day of the meeting."),
    "birth_date_too_early": _("The date of birth is too far back."),
    "too_many_documents": _("Record at most {limit} documents."),
    "unknown_document_type": _("Choose the type of document."),
    "unknown_country": _("Write the country as two letters, for example DK."),
    "unknown_form": _("Choose how the document was shown."),
    "expires_before_issued": _("The document expires before it was issued."),
    "issued_in_future": _("The document cannot have been issued after the day of the meeting."),
    "date_too_early": _("The date is too far back."),
    "mitid_date_needed": _("Write the date, or choose that it could not be established."),
    "mitid_date_unwanted": _(
        "You chose that the date could not be established. Remove it, or choose how it was."
    ),
    "mitid_in_future": _("The witness cannot have got MitID after the day of the meeting."),
    "mitid_before_it_existed": _("MitID did not exist before 6 May 2021."),
    "mitid_before_birth": _("The witness was not born on that day."),
    "empty": _("Write the name."),
    "too_long": _("The name is too long. Write at most {limit} characters."),
    "not_a_name": _("Write a name with letters."),
    "looks_like_cpr": _("This looks like a CPR number. Write it in its own field."),
    "text_too_long": _("The text is too long. Write at most {limit} characters."),
    "text_holds_cpr": _("The text holds what looks like a CPR number. Remove it."),
    "text_in_one_language_only": _(
        "Write the text in both languages, or leave both empty to use our usual text."
    ),
    "not_rule_steward": _("You are not a rule steward any more."),
    "unknown_rule_set": _("Choose one of the rule sets."),
    "day_not_after_today": _("Choose a day after today. What has begun cannot be changed."),
    "already_scheduled": _("This rule set is already in force on that day, or will be."),
    "rule_set_waits": _("Somebody has proposed this already. It waits for an answer."),
    "decided_already": _("A case has been decided for that day already. Choose a later day."),
    "ledger_unavailable": _(
        "People cannot be looked up right now, so no witness can be accepted. Try again later, or"
        " book another time for the citizen."
    ),
}
