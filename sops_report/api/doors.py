"""How a question is written for each of the two doors of a site.

* The gateway takes credentials in the header ``X-Bkapi-Authorization`` and both ids in the path,
  whose trailing slash must not be left out.
* The ESB is asked by POST with a JSON body. The new one reads the same header; the old one only
  knows credentials among the parameters, so they are sent there where the header was not enough.
  In a body they appear in no access log, as they would in an address.

Both take any non-empty value of a switch, ``false`` too, for yes: a switch that is off is left out.
"""

import json
from collections.abc import Mapping
from typing import Final

from sops_report.api.transport import Call
from sops_report.config import Credentials, Site

Parameter = str | int | list[int]
Parameters = Mapping[str, Parameter]

_ESB_BASE: Final = "/api/c/compapi/v2/sops"
_AGENT: Final = {"Accept": "application/json", "User-Agent": "sops-report"}


def write_call(  # noqa: PLR0913 - what makes a call
    site: Site, credentials: Credentials, api: str, ids: Mapping[str, str],
    parameters: Parameters, *, by_post: bool = False, with_header: bool = True,
) -> Call:  # fmt: skip
    """Return the request for one read.

    Args:
        site: Where to.
        credentials: Who asks.
        api: The API's name, as ``get_task_status``.
        ids: What stands in the gateway's path, in its order: ``task_id``, ``bk_biz_id``.
        parameters: Everything else; lists only where the API is asked by POST.
        by_post: The gateway, too, takes this API by POST with a JSON body.
        with_header: Credentials stand in the header; else, at the ESB, among the parameters too.
    """
    headers = {**_AGENT, "X-Bkapi-Authorization": json.dumps(credentials.as_header())}
    if site.door == "gateway" and not by_post:
        plain = {name: str(value) for name, value in parameters.items()}
        url = f"{site.url}/{api}/{'/'.join(ids.values())}/"
        return Call(api=api, method="GET", url=url, query=plain, headers=headers)
    headers["Content-Type"] = "application/json"
    if site.door == "gateway":
        url = f"{site.url}/{api}/{'/'.join(ids.values())}/"
        body = json.dumps(dict(parameters)).encode()
        return Call(api=api, method="POST", url=url, headers=headers, body=body)
    in_body = {name: _in_body(value) for name, value in parameters.items()}
    held = {} if with_header else credentials.as_parameters()
    everything = {**in_body, **ids, **held}
    return Call(
        api=api, method="POST", url=f"{site.url}{_ESB_BASE}/{api}/", headers=headers,
        body=json.dumps(everything).encode(),
    )  # fmt: skip


def _in_body(value: Parameter) -> Parameter:
    return value if isinstance(value, list) else str(value)
