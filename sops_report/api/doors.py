"""How a question is written for each of the two doors of a site.

* The gateway takes credentials in the header ``X-Bkapi-Authorization`` and both ids in the path,
  whose trailing slash must not be left out.
* The ESB is asked by POST with a JSON body. The old one only knows credentials among the
  parameters and the new one prefers the header, so both are sent; in a body they appear in no
  access log, as they would in an address.

Both take any non-empty value of a switch, ``false`` too, for yes: a switch that is off is left out.
"""

import json
from collections.abc import Mapping
from typing import Final

from sops_report.api.transport import Call
from sops_report.config import Credentials, Site

_ESB_BASE: Final = "/api/c/compapi/v2/sops"
_AGENT: Final = {"Accept": "application/json", "User-Agent": "sops-report"}


def write_call(
    site: Site, credentials: Credentials, api: str, ids: tuple[str, str],
    parameters: Mapping[str, str | int],
) -> Call:  # fmt: skip
    """Return the request for one read.

    Args:
        site: Where to.
        credentials: Who asks.
        api: The API's name, as ``get_task_status``.
        ids: The task's and the business' id.
        parameters: Everything else, as text.
    """
    headers = {**_AGENT, "X-Bkapi-Authorization": json.dumps(credentials.as_header())}
    plain = {name: str(value) for name, value in parameters.items()}
    task_id, biz = ids
    if site.door == "gateway":
        url = f"{site.url}/{api}/{task_id}/{biz}/"
        return Call(api=api, method="GET", url=url, query=plain, headers=headers)
    body = {**plain, "task_id": task_id, "bk_biz_id": biz, **credentials.as_parameters()}
    return Call(
        api=api, method="POST", url=f"{site.url}{_ESB_BASE}/{api}/",
        headers={**headers, "Content-Type": "application/json"},
        body=json.dumps(body).encode(),
    )  # fmt: skip
