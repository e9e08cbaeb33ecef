"""What providers on this machine share: the library that must be there, the model that must be."""

from __future__ import annotations

from pathlib import Path

from appliance.core import errors
from appliance.models.speech import _kinds
from appliance.models.speech._kinds import Kind
from appliance.models.speech.made import Made


def model_of(made: Made, kind: Kind) -> Path:
    """Give what of the model is loaded: its folder, or the one file that is all of it.

    Raises:
        Misconfigured: the library is missing, or the model is not there or of another kind.
    """
    if not kind.has_library:
        raise errors.Misconfigured(kind.how_to_install)
    if not made.model:
        raise errors.Misconfigured(
            f"{made.provider} needs model: a name that `appliance models list` shows, or the path "
            "of the model's files on this machine."
        )
    path = made.mounted(made.model) or Path(made.model)
    if not path.exists():
        raise errors.Misconfigured(
            f"the model {made.model} is not there. Run: appliance models add PATH "
            "(or mend its name or path)."
        )
    folder = path if path.is_dir() else path.parent
    if missing := [each for each in kind.files if not any(folder.glob(each))]:
        raise errors.Misconfigured(
            f"{path} is no model for {made.provider}: {', '.join(missing)} is missing there."
        )
    return _kinds.entry_of(kind, folder) if path.is_dir() else path
