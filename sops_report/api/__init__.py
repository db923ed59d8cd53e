"""The only room that speaks HTTP: one client, two doors, three layers of errors.

Import what you need from the modules: `sops_report.api.client` brings httpx2 along, which is
slow to start; nothing here imports it for you.
"""
