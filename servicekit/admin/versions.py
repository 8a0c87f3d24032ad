"""Optimistic locking: of two operators who edit the same row, the second is refused."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from servicekit.errors import ChangedMeanwhile


class VersionedForm(forms.ModelForm):
    """The form of a model with a ``version`` that rises with every change.

    It carries the version that was shown; ``save_model`` hands it (``cleaned_data["seen"]``) to the
    use-case, which looks once more under its lock.
    """

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen"].initial = self.instance.version

    def clean(self) -> dict[str, Any] | None:
        """What was shown is what there is.

        Raises:
            ValidationError: it has changed.
        """
        cleaned = super().clean()
        if self.cleaned_data.get("seen") != self.instance.version:
            again: Any = self.data.copy()  # type: ignore[attr-defined]
            again["seen"] = str(self.instance.version)  # the next try is judged by what is shown now
            self.data = again
            raise ValidationError(str(ChangedMeanwhile.message), code=ChangedMeanwhile.code)
        return cleaned
