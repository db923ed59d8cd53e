"""Words of the command line taken as they are, where a text or a path is all that is asked for.

For each parameter, given or not, typer makes a validator and loads pydantic for it, which takes
longer than reading a task of a hundred nodes. Numbers and whatever else can be wrong go its way.
"""

from pathlib import Path
from typing import Any, Final, get_args, get_origin

_PLAIN: Final = (str, Path)


def spare_validators(parameters: list[Any]) -> list[Any]:
    """Return typer's *parameters*, which make a validator only for a value that needs one now.

    A release of typer that keeps validators elsewhere does not look here, and is slower.
    """
    for parameter in parameters:
        parameter._runtime_param = _AsItIs()  # noqa: SLF001 - it has no public name
    return parameters


class _AsItIs:
    """Stands where a parameter keeps its validator, until a value comes that needs that one."""

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:  # noqa: ANN401 - as above
        """Return what the command is given for *value*, which may be a default."""
        kind = param.type_descriptor.annotation
        if value is None:
            return () if param.multiple or param.nargs == -1 else None
        if kind in _PLAIN and isinstance(value, str | kind):
            return kind(value)
        if get_origin(kind) is list and get_args(kind)[0] in _PLAIN:
            return [get_args(kind)[0](item) for item in value]
        if isinstance(kind, type) and type(value) is kind:
            return value
        param._runtime_param = None  # noqa: SLF001 - as above
        return param.get_runtime_param().coerce(value, param=param, ctx=ctx)
