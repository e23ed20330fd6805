"""“Tell me about new questions”: each curator's own choice."""

from django import forms
from django.contrib import admin, messages
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

from qa.desk.access import CuratorAdmin, curators_only
from qa.models import Digest

Every = Digest.Every


class DigestForm(forms.ModelForm):
    every = forms.ChoiceField(
        label="When",
        widget=forms.RadioSelect,
        choices=[
            (Every.HOUR, "At every full hour at which something is new"),
            (Every.DAY, "At 7 in the morning, if something is new"),
            (Every.OFF, "Never: I look into the queue myself"),
        ],
    )

    class Meta:
        model = Digest
        fields = ["every"]


@admin.register(Digest)
class DigestAdmin(CuratorAdmin):
    """The address of the list is the curator's own form; nobody sees or changes another's."""

    @method_decorator([never_cache, curators_only])
    def changelist_view(self, request, extra_context=None):
        own = Digest.objects.filter(user=request.user).first() or Digest(user=request.user)
        form = DigestForm(request.POST if request.method == "POST" else None, instance=own)
        if form.is_valid():
            Digest.objects.update_or_create(user=request.user, defaults=form.cleaned_data)
            messages.success(request, "Saved.")
            return redirect("admin:qa_digest_changelist")
        context = self.admin_site.each_context(request) | {
            "title": "Tell me about new questions",
            "form": form,
            "opts": self.opts,
        }
        status = 422 if form.errors else 200
        return render(request, "admin/qa/digest/settings.html", context, status=status)

    def has_view_permission(self, request, obj=None):
        return obj is None and super().has_view_permission(request)

    def has_change_permission(self, request, obj=None):
        return False
