# SPDX-FileCopyrightText: 2026 hardening.aws contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module that says what to write instead when Ansible itself refuses its arguments.

This module is private to hardening.aws, and the only place that uses Ansible's private C(_load_params) and amazon.aws's
C(default_settings). Ansible knows types and names; it does not say which item of a list is wrong, nor which option a
mistyped name stands for. No value is shown: it may be a seed.
"""

from __future__ import annotations

import atexit
import difflib
import gc
import typing as t

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ._assume_role_option import ASSUME_ROLE
from ._messages import readable

_MANY = 20


class ExplainingModule(AnsibleModule):
    """An AnsibleModule with hints in front of Ansible's own words."""

    params: dict[str, t.Any]
    _accepted = False
    _given: dict[str, t.Any] | None = None

    def __init__(self, *args: t.Any, **kwargs: t.Any) -> None:
        super().__init__(*args, **kwargs)
        self._accepted = True

    def _load_params(self) -> None:
        super()._load_params()
        # As they came, as Ansible leaves out what it cannot convert.
        self._given = {name: list(value) if isinstance(value, list) else value for name, value in self.params.items()}
        self.params = as_text(self.params, self.argument_spec)

    def fail_json(self, msg: t.Any, **kwargs: t.Any) -> None:
        """End the module with an error."""
        hints = [] if self._accepted else input_hints(self._given or self.params, self.argument_spec)
        text = " ".join([*hints[:_MANY], f"({msg})"]) if hints else str(msg)
        super().fail_json(msg=readable(text), **kwargs)


def explaining_module(**kwargs: t.Any) -> AnsibleAWSModule:
    """Return an AnsibleAWSModule. The arguments are those of its class."""
    return aws_module(ExplainingModule, kwargs)


def aws_module(module_class: type[AnsibleModule], kwargs: dict[str, t.Any]) -> AnsibleAWSModule:
    """Return an AnsibleAWSModule that stands on another class than AnsibleModule.

    It has the options of every module besides. This is where a module's process starts, so what concerns the whole
    process is here, too.
    """
    # Python's garbage collector would look through all that is imported, again and again and once more at exit, and
    # find nothing: it lives as long as the process.
    gc.freeze()
    atexit.register(gc.freeze)
    kwargs = {**kwargs, "argument_spec": {**kwargs["argument_spec"], "assume_role": ASSUME_ROLE}}
    settings = AnsibleAWSModule.default_settings
    AnsibleAWSModule.default_settings = {**settings, "module_class": module_class}
    try:
        return AnsibleAWSModule(**kwargs)
    finally:
        AnsibleAWSModule.default_settings = settings


def as_text(params: t.Mapping[str, t.Any], spec: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return arguments with text in place of numbers and booleans where dictionaries belong.

    Ansible refuses text there; at anything else that is no dictionary it stops with a traceback.
    """
    done = dict(params)
    for name, option in spec.items():
        value = params.get(name)
        if not option.get("options") or value is None:
            continue
        done[name] = [_no_number(item) for item in value] if isinstance(value, list) else _no_number(value)
    return done


def _no_number(value: t.Any) -> t.Any:
    if value is None:
        return ""
    return str(value) if isinstance(value, (bool, int, float)) else value


def input_hints(params: t.Mapping[str, t.Any], spec: t.Mapping[str, t.Any]) -> list[str]:
    """Return what is wrong with the names and the shape of arguments, as far as it can be told."""
    hints = _mistyped(params, spec, "")
    for name, option in spec.items():
        value, inner = params.get(name), option.get("options")
        if not inner or value is None:
            continue
        if option.get("type") == "dict":
            hints += _dictionary_hints(name, value, inner)
        else:
            hints += _list_hints(name, value, inner)
    return hints


def _dictionary_hints(name: str, value: t.Any, inner: t.Mapping[str, t.Any]) -> list[str]:
    if isinstance(value, dict):
        return _mistyped(value, inner, f"{name}: ")
    if isinstance(value, str) and set(value) & set("{="):
        return []  # JSON or key=value, which Ansible itself reads
    return [f"{name}: must be a dictionary. Its keys are {', '.join(inner)}."]


def _list_hints(name: str, value: t.Any, inner: t.Mapping[str, t.Any]) -> list[str]:
    example = next((key for key, option in inner.items() if option.get("required")), "name")
    if isinstance(value, str) and not set(value) & set("{="):
        return [f"{name}: must be a list of dictionaries: write [{{{example}: …}}] instead of text."]
    hints = []
    for index, item in enumerate(value if isinstance(value, list) else ()):
        where = f"{name}[{index}]"
        if isinstance(item, dict):
            hints += _mistyped(item, inner, f"{where}: ")
        elif not isinstance(item, str) or not set(item) & set("={"):
            hints.append(f"{where}: must be a dictionary: write {{{example}: …}} instead of the name alone.")
    return hints


def _mistyped(given: t.Mapping[str, t.Any], spec: t.Mapping[str, t.Any], prefix: str) -> list[str]:
    known = [name for option, value in spec.items() for name in (option, *(value.get("aliases") or ()))]
    hints = []
    for name in given:
        if name in known or str(name).startswith("_ansible_"):
            continue
        close = difflib.get_close_matches(str(name), known, n=1)
        if close:
            hints.append(f"{prefix}{name} is not an option: did you mean {close[0]}?")
    return hints
