"""Sign-in, home, profile, and Configuration except its API connections.

Of django-allauth only these views are served; the names are those its code and redirects expect.
"""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from django.urls import include, path, re_path

from accounts.screens import general, people, profile, shell
from accounts.screens.sign_in import in_popup

sign_in = [
    path("login/", in_popup(account.login), name="account_login"),
    path("logout/", in_popup(account.logout), name="account_logout"),
    path("inactive/", in_popup(account.account_inactive), name="account_inactive"),
    # Sign-up is closed: the view says so, and the name is what messages to unknown addresses use.
    path("signup/", in_popup(account.signup), name="account_signup"),
    path("reauthenticate/", in_popup(account.reauthenticate), name="account_reauthenticate"),
    path("password/change/", in_popup(account.password_change), name="account_change_password"),
    path("password/reset/", in_popup(account.password_reset), name="account_reset_password"),
    path("password/reset/done/", in_popup(account.password_reset_done), name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        in_popup(account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        in_popup(account.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
    path("2fa/", in_popup(mfa.index), name="mfa_index"),
    path("2fa/authenticate/", in_popup(mfa.authenticate), name="mfa_authenticate"),
    path("2fa/reauthenticate/", in_popup(mfa.reauthenticate), name="mfa_reauthenticate"),
    path("2fa/totp/activate/", in_popup(totp.activate_totp), name="mfa_activate_totp"),
    path("2fa/totp/deactivate/", in_popup(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("2fa/recovery-codes/", in_popup(recovery.view_recovery_codes), name="mfa_view_recovery_codes"),
    path(
        "2fa/recovery-codes/generate/",
        in_popup(recovery.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "2fa/recovery-codes/download/",
        in_popup(recovery.download_recovery_codes),
        name="mfa_download_recovery_codes",
    ),
]

urlpatterns = [
    path("", shell.home, name="home"),
    path("accounts/", include(sign_in)),
    path("language/", shell.choose_language, name="language"),
    path("company/", shell.switch_company, name="switch-company"),
    path("guide/", shell.guide, name="guide"),
    path("profile/", profile.profile, name="profile"),
    path("settings/", general.settings_home, name="settings"),
    path("settings/general/", general.general, name="settings-general"),
    path("settings/user-accounts/", people.people, name="settings-people"),
    path("settings/user-accounts/add/", people.add, name="settings-person-add"),
    path("settings/user-accounts/<int:pk>/", people.edit, name="settings-person"),
    path("settings/user-accounts/<int:pk>/invite/", people.invite_again, name="settings-person-invite"),
    path("settings/user-accounts/groups/", people.groups, name="settings-groups"),
    path("settings/user-accounts/groups/add/", people.group_form, name="settings-group-add"),
    path("settings/user-accounts/groups/<int:pk>/", people.group_form, name="settings-group"),
]
