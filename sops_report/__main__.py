"""``python -m sops_report`` is ``sops-report``."""

from sops_report.cli import main

if __name__ == "__main__":
    main()
