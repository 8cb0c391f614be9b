"""Who works here: the pages of a municipality's administrator, and the way in for the invited."""

from functools import partial

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from borgerservice.access import open_to
from borgerservice.admin import (
    MenuItem,
    Role,
    act,
    act_at_once,
    add_menu,
    add_pages,
    admin_page,
    posted,
    refuse,
    show,
)
from borgerservice.kernel import clock
from borgerservice.municipalities.models import Invitation, StaffMember, StaffRole
from borgerservice.municipalities.policies import Workplace
from borgerservice.sent_again import done_once, led_before
from borgerservice.staff import services
from borgerservice.staff.exceptions import StaffRefused
from borgerservice.staff.forms import InviteForm, JoinForm, RoleForm
from borgerservice.staff.own_number_page import own_number
from borgerservice.staff.selectors import (
    colleague,
    colleagues,
    invitation_by_link,
    open_invitations,
)
from borgerservice.staff.wording import ROLES

BOTH = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@admin_page(Role.ADMINISTRATOR)
def people(request: HttpRequest, workplace: Workplace) -> HttpResponse:
    """Everybody who works in the municipality, their roles, and who is invited."""
    now = clock.now()
    return show(
        request,
        "admin/staff.html",
        title=_("Staff"),
        workplace=workplace,
        lines=[
            (
                one.staff,
                [
                    (role, ROLES[role.role], _at(workplace, "role_end", number=role.pk))
                    for role in one.roles
                ],
                _at(workplace, "role_give", number=one.staff.pk),
            )
            for one in colleagues(municipality=workplace.municipality, now=now)
        ],
        invitations=[
            (one, ROLES[one.role], _at(workplace, "invitation_withdraw", number=one.pk))
            for one in open_invitations(municipality=workplace.municipality, now=now)
        ],
        invite=_at(workplace, "staff_invite"),
    )


@BOTH
@admin_page(Role.ADMINISTRATOR)
def invite(request: HttpRequest, workplace: Workplace) -> HttpResponse:
    """Invite somebody to a role."""
    return act(
        request,
        title=_("Invite a colleague"),
        form=InviteForm(posted(request)),
        do=partial(
            services.invite,
            municipality=workplace.municipality,
            inviter=workplace.staff,
            now=clock.now(),
        ),
        done=_at(workplace, "staff"),
        said=_("The invitation is on its way. The link can be used for a week."),
        workplace=workplace,
        submit=_("Send the invitation"),
        once=True,
        back=_at(workplace, "staff"),
    )


@BOTH
@admin_page(Role.ADMINISTRATOR)
def give(request: HttpRequest, workplace: Workplace, number: int) -> HttpResponse:
    """Give a colleague one more role."""
    staff = colleague(municipality=workplace.municipality, staff_id=number)
    if staff is None:
        raise Http404
    return act(
        request,
        title=_("Give {name} a role").format(name=_called(staff)),
        form=RoleForm(posted(request)),
        do=partial(
            services.give_role,
            municipality=workplace.municipality,
            staff_id=number,
            giver=workplace.staff,
            now=clock.now(),
        ),
        done=_at(workplace, "staff"),
        said=_("The role is given."),
        workplace=workplace,
        submit=_("Give the role"),
        once=True,
        back=_at(workplace, "staff"),
    )


@BOTH
@admin_page(Role.ADMINISTRATOR)
def end(request: HttpRequest, workplace: Workplace, number: int) -> HttpResponse:
    """End a role, after asking once."""
    role = (
        StaffRole.objects.for_municipality(workplace.municipality)
        .select_related("staff")
        .filter(pk=number)
        .first()
    )
    if role is None:
        raise Http404
    return act(
        request,
        title=_("End the role {role} of {name}").format(
            role=ROLES[role.role], name=_called(role.staff)
        ),
        form=Form(posted(request)),
        do=partial(
            services.end_role,
            municipality=workplace.municipality,
            role_id=number,
            ender=workplace.staff,
            now=clock.now(),
        ),
        done=_at(workplace, "staff"),
        said=_("The role has ended."),
        workplace=workplace,
        template="admin/role_end.html",
        submit=_("End the role"),
        once=True,
        back=_at(workplace, "staff"),
    )


@require_POST
@admin_page(Role.ADMINISTRATOR)
def withdraw(request: HttpRequest, workplace: Workplace, number: int) -> HttpResponse:
    """Withdraw an invitation."""
    here = Invitation.objects.for_municipality(workplace.municipality)
    invitation = here.filter(pk=number).first()
    if invitation is None:
        raise Http404
    return act_at_once(
        request,
        do=partial(
            services.withdraw_invitation,
            invitation=invitation,
            actor=workplace.actor,
            now=clock.now(),
        ),
        done=_at(workplace, "staff"),
        said=_("The invitation is withdrawn."),
        once=True,
    )


@BOTH
@never_cache
@open_to("link holder")
def join(request: HttpRequest, link: str) -> HttpResponse:
    """Where an invitation leads: make an account, or take the role with the one signed in."""
    now = clock.now()
    invitation = invitation_by_link(link, now=now)
    if invitation is None and led_before(request):
        return _joined(request)
    if invitation is None:
        return render(request, "account/invitation_over.html", status=404)
    staff = request.user if isinstance(request.user, StaffMember) else None
    form = Form(posted(request)) if staff else JoinForm(posted(request))
    take = (
        partial(services.accept_with_account, staff=staff) if staff else services.accept_invitation
    )
    if form.is_bound and form.is_valid():
        accept = partial(take, invitation=invitation, now=now, **form.cleaned_data)
        try:
            done_once(request, accept, leads_to=lambda _staff: reverse("admin:index"), now=now)
        except StaffRefused as refusal:
            refuse(form, refusal)
        else:
            return _joined(request)
    told = {"form": form, "invitation": invitation, "role": ROLES[invitation.role]}
    return render(request, "account/invitation.html", told)


def _joined(request: HttpRequest) -> HttpResponse:
    messages.success(request, _("You can work here now."))
    return redirect("admin:index")


def _called(staff: StaffMember) -> str:
    return staff.get_full_name() or staff.username


def _at(workplace: Workplace, name: str, **more: int) -> str:
    where = {"code": workplace.municipality.code, **more}
    return reverse(f"admin:{name}", kwargs=where)


add_menu([MenuItem(gettext_lazy("Staff"), "staff", frozenset({Role.ADMINISTRATOR}))])
add_pages(
    [
        ("own-number/", own_number, "own_number"),
        ("<slug:code>/staff/", people, "staff"),
        ("<slug:code>/staff/invite/", invite, "staff_invite"),
        ("<slug:code>/staff/<int:number>/roles/", give, "role_give"),
        ("<slug:code>/staff/roles/<int:number>/end/", end, "role_end"),
        ("<slug:code>/staff/invitations/<int:number>/withdraw/", withdraw, "invitation_withdraw"),
    ]
)
