"""The clients of one run: many tasks, one look at the credentials, one limit for each host."""

import threading
from typing import Self

from sops_report.api.client import SopsClient
from sops_report.api.clockwork import Clockwork
from sops_report.api.rate import Bucket
from sops_report.config import Credentials, Settings, Site


class Clients:
    """Hands out a client for a site, the same one each time; may be used by many threads."""

    def __init__(self, settings: Settings, *, clocks: Clockwork | None = None) -> None:
        """Prepare; credentials are looked up when the first client is asked for.

        Args:
            settings: Where the credentials come from.
            clocks: The clocks, for tests.
        """
        self._settings = settings
        self._clocks = clocks or Clockwork()
        self._credentials: Credentials | None = None
        self._clients: dict[Site, SopsClient] = {}
        self._buckets: dict[str, Bucket] = {}
        self._lock = threading.Lock()

    def of(self, site: Site) -> SopsClient:
        """Return the client for *site*.

        Raises:
            NotAllowedError: Credentials are not set.
            UsageError: The site's CA bundle cannot be used.
        """
        with self._lock:
            if self._credentials is None:
                self._credentials = self._settings.credentials()
            if site not in self._clients:
                bucket = self._buckets.setdefault(site.host, Bucket(site.rate, self._clocks))
                self._clients[site] = SopsClient(
                    site, self._credentials, clocks=self._clocks, bucket=bucket
                )
            return self._clients[site]

    def close(self) -> None:
        """Let go of all connections."""
        for client in self._clients.values():
            client.close()

    def __enter__(self) -> Self:
        """Return the clients."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of all connections."""
        self.close()
