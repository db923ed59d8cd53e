"""Who asks whom: settings, sites and credentials; explicit > environment > profile > default."""

from sops_report.config.credentials import SECRET_PARAMETERS, Credentials
from sops_report.config.settings import (
    Settings,
    default_archive,
    default_config_file,
    read_profiles,
    read_settings,
)
from sops_report.config.site import DOORS, SCOPES, Site, clean_id, make_site

__all__ = [
    "DOORS",
    "SCOPES",
    "SECRET_PARAMETERS",
    "Credentials",
    "Settings",
    "Site",
    "clean_id",
    "default_archive",
    "default_config_file",
    "make_site",
    "read_profiles",
    "read_settings",
]
