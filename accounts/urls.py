"""URLs of sign-in, home, profile, and Configuration except its API connections.

Of django-allauth only these views are served. Their names are those that its code and redirects expect.
"""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from django.urls import include, path, re_path

from accounts.company_forms import of_the_person
from accounts.screens import (
    account_deletion,
    company_switch,
    general,
    groups,
    invitations,
    invited,
    new_address,
    pause,
    people_list,
    person,
    profile,
    shell,
    sign_in_rules,
)
from accounts.screens.sign_in import (
    PasswordChosen,
    PasswordChosenElsewhere,
    PasswordReset,
    SecondStep,
    each_with_its_way_back,
    saying_who_left,
    sign_in_view,
)
from accounts.screens.two_step import RecoveryCodes, SetUp

sign_in = [
    path("login/", sign_in_view(each_with_its_way_back(account.login)), name="account_login"),
    path("logout/", sign_in_view(saying_who_left(account.logout)), name="account_logout"),
    path("inactive/", sign_in_view(account.account_inactive), name="account_inactive"),
    # Sign-up is closed, and the view says so. Messages to unknown addresses need the name.
    path("signup/", sign_in_view(account.signup), name="account_signup"),
    path("reauthenticate/", sign_in_view(account.reauthenticate), name="account_reauthenticate"),
    path("password/change/", sign_in_view(account.password_change), name="account_change_password"),
    path("password/reset/", sign_in_view(PasswordReset.as_view()), name="account_reset_password"),
    path(
        "password/reset/done/", sign_in_view(account.password_reset_done), name="account_reset_password_done"
    ),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        sign_in_view(PasswordChosen.as_view()),
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        sign_in_view(PasswordChosenElsewhere.as_view()),
        name="account_reset_password_from_key_done",
    ),
    path("2fa/", sign_in_view(mfa.index), name="mfa_index"),
    path(
        "2fa/authenticate/",
        sign_in_view(each_with_its_way_back(SecondStep.as_view())),
        name="mfa_authenticate",
    ),
    path("2fa/reauthenticate/", sign_in_view(mfa.reauthenticate), name="mfa_reauthenticate"),
    path("2fa/totp/activate/", sign_in_view(SetUp.as_view()), name="mfa_activate_totp"),
    path("2fa/totp/deactivate/", sign_in_view(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("2fa/recovery-codes/", sign_in_view(RecoveryCodes.as_view()), name="mfa_view_recovery_codes"),
    path(
        "2fa/recovery-codes/generate/",
        sign_in_view(recovery.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "2fa/recovery-codes/download/",
        sign_in_view(recovery.download_recovery_codes),
        name="mfa_download_recovery_codes",
    ),
]

urlpatterns = [
    path("", of_the_person(shell.home), name="home"),
    path("accounts/", include(sign_in)),
    path("language/", of_the_person(shell.choose_language), name="language"),
    path("company/", of_the_person(shell.switch_company), name="switch-company"),
    path("guide/", of_the_person(shell.guide), name="guide"),
    path("profile/", of_the_person(profile.profile), name="profile"),
    path("profile/delete/", of_the_person(account_deletion.delete), name="profile-delete"),
    path("invitations/", of_the_person(invitations.own), name="own-invitations"),
    path("invitations/answer/", of_the_person(invitations.answer), name="own-invitation-answer"),
    path("invitations/<str:token>/", of_the_person(invitations.mailed), name="invitation"),
    path("address/<str:token>/", of_the_person(new_address.mailed), name="new-address"),
    path("settings/", general.settings_home, name="settings"),
    path("settings/security/signing-in/", sign_in_rules.sign_in_rules, name="settings-security-sign-in"),
    path("settings/security/pause/", pause.pause, name="settings-security-pause"),
    path("settings/security/resume/", pause.resume, name="settings-security-resume"),
    path("settings/security/switch-off/", company_switch.off, name="settings-company-off"),
    path("settings/security/switch-on/", company_switch.on, name="settings-company-on"),
    path("settings/general/", general.general, name="settings-general"),
    path("settings/user-accounts/", people_list.people, name="settings-people"),
    path("settings/user-accounts/add/", invited.add, name="settings-person-add"),
    path("settings/user-accounts/invitations/<int:pk>/", invited.invitation, name="settings-invitation"),
    path(
        "settings/user-accounts/invitations/<int:pk>/send/",
        invited.send_again,
        name="settings-invitation-send",
    ),
    path(
        "settings/user-accounts/invitations/<int:pk>/withdraw/",
        invited.withdraw,
        name="settings-invitation-withdraw",
    ),
    path("settings/user-accounts/<int:pk>/", person.edit, name="settings-person"),
    path("settings/user-accounts/<int:pk>/sign-out/", person.sign_out, name="settings-person-sign-out"),
    path("settings/user-accounts/<int:pk>/two-step/", person.reset_two_step, name="settings-person-two-step"),
    path(
        "settings/user-accounts/<int:pk>/password/",
        person.mail_password_reset,
        name="settings-person-password",
    ),
    path("settings/user-accounts/<int:pk>/address/", new_address.ask, name="settings-person-address"),
    path(
        "settings/user-accounts/<int:pk>/address/withdraw/",
        new_address.withdraw,
        name="settings-person-address-withdraw",
    ),
    path("settings/user-accounts/<int:pk>/remove/", person.remove, name="settings-person-remove"),
    path("settings/user-accounts/groups/", people_list.groups, name="settings-groups"),
    path("settings/user-accounts/groups/add/", groups.add, name="settings-group-add"),
    path("settings/user-accounts/groups/<int:pk>/", groups.edit, name="settings-group"),
    path("settings/user-accounts/groups/<int:pk>/delete/", groups.delete, name="settings-group-delete"),
]
