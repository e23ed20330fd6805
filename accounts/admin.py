"""People, for the owner: who there is, who may enter the desk, and in which role."""

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin

from accounts import log, proofs_admin  # noqa: F401 (they register their pages)
from accounts.inviting import invite
from accounts.models import User
from accounts.second_factor import end_sessions
from outbox.address import require_reachable


class NewUserForm(forms.ModelForm):
    """An address is enough: its owner is mailed a link to choose a password."""

    class Meta:
        model = User
        fields = ["email", "display_name"]

    def clean_email(self):
        return require_reachable(self.cleaned_data["email"].lower())

    def save(self, commit=True):
        self.instance.set_unusable_password()
        return super().save(commit)

    def save_m2m(self):
        """Nothing to save; the admin asks."""


class UserForm(forms.ModelForm):
    """Passwords are their owners' business, and are reset by mail."""

    class Meta:
        model = User
        fields = [
            "display_name",
            "credentials",
            "place",
            "bio",
            "is_active",
            "is_staff",
            "groups",
            "is_superuser",
            "user_permissions",
        ]
        help_texts = {
            "groups": "Curators answer questions. Editors have topics, pages and letters. "
            "One person may be both."
        }


@admin.register(User)
class UserAdmin(DjangoUserAdmin):
    form = UserForm
    add_form = NewUserForm
    change_user_password_template = None
    ordering = ["email"]
    list_display = ["email", "display_name", "is_staff", "is_active", "last_login"]
    list_filter = ["is_staff", "is_superuser", "is_active", "groups"]
    search_fields = ["email", "display_name"]
    filter_horizontal = ["groups", "user_permissions"]
    # The address is changed by its owner, who confirms the new one.
    readonly_fields = ["email", "last_login", "date_joined"]
    fieldsets = [
        (None, {"fields": ["email"]}),
        ("Shown with answers", {"fields": ["display_name", "credentials", "place", "bio"]}),
        ("At the desk", {"fields": ["is_active", "is_staff", "groups"]}),
        ("More", {"classes": ["collapse"], "fields": ["is_superuser", "user_permissions"]}),
        ("Dates", {"fields": ["last_login", "date_joined"]}),
    ]
    # What a person may do is the owner's to say, or who may edit people could make owners.
    powers = {"is_superuser", "groups", "user_permissions"}
    told = {"is_active", "is_staff", *powers}
    add_fieldsets = [(None, {"fields": ["email", "display_name"]})]

    actions = ["sign_out"]

    @admin.action(description="Sign out everywhere")
    def sign_out(self, request, queryset):
        for user in queryset:
            if may_touch(request.user, user):
                end_sessions(user)
        messages.success(request, "They are signed out everywhere, and can sign in again.")

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        if not obj.is_active:
            end_sessions(obj)
        if not change:
            obj.emailaddress_set.create(email=obj.email, primary=True)
            invite(obj)
            messages.info(request, f"An invitation is on its way to {obj.email}.")

    def construct_change_message(self, request, form, formsets, add=False):
        """The log of the desk tells which powers were given or taken."""
        given = [name for name in form.changed_data if name in self.told]
        words = [f"{name}: {_said(form.cleaned_data[name])}" for name in given]
        request.did = "; ".join(words)
        return super().construct_change_message(request, form, formsets, add)

    def get_fieldsets(self, request, obj=None):
        fieldsets = super().get_fieldsets(request, obj)
        if request.user.is_superuser:
            return fieldsets
        kept = [
            (name, options | {"fields": [f for f in options["fields"] if f not in self.powers]})
            for name, options in fieldsets
        ]
        return [(name, options) for name, options in kept if options["fields"]]

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and may_touch(request.user, obj)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and may_touch(request.user, obj)

    def get_readonly_fields(self, request, obj=None):
        return self.readonly_fields if obj else []

    def get_urls(self):
        """Without Django's page for typing a password in another person's name."""
        return [url for url in super().get_urls() if url.name != "auth_user_password_change"]


def _said(value) -> str:
    """True, False, or the names of the groups or permissions."""
    return str(value) if isinstance(value, bool) else ", ".join(map(str, value)) or "none"


def may_touch(user, other) -> bool:
    """An owner's account is for owners alone."""
    return user.is_superuser or not (other and other.is_superuser)
