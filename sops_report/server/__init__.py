"""The local site: `get_task_status` over HTTP from an archive, for demos, tests and clients.

    with LocalSite("archive") as site:
        site.url            # http://127.0.0.1:PORT: the ESB's host
        site.gateway_url    # … and the same as a gateway's base

It speaks on 127.0.0.1 only, answers byte for byte what was saved, refuses as a real site refuses,
and misbehaves on request (see `sops_report.server.faults`).
"""

from sops_report.server.faults import FAULTS, Fault, read_fault
from sops_report.server.site import LocalSite, serve

__all__ = ["FAULTS", "Fault", "LocalSite", "read_fault", "serve"]
