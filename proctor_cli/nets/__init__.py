"""Networks by name: the manifest, where their files lie, fetching them, and running them.

::

    manifest = load_manifest()
    for role, entry in manifest.choose("default", {"objects": "yolox_nano"}).items():
        model = find(entry)                  # verified files, or ModelError
    network = open_network(model, threads=1)
    outputs = network(picture)               # name to array
"""

from __future__ import annotations

from proctor_cli.nets.devices import choose_device
from proctor_cli.nets.fetch import Fetched, Progress, fetch
from proctor_cli.nets.folders import cache_folder, search_folders
from proctor_cli.nets.libraries import import_openvino
from proctor_cli.nets.lookup import FileState, Model, find, find_again, inspect
from proctor_cli.nets.manifest import Device, Entry, File, Manifest, Picture, load_manifest
from proctor_cli.nets.network import Network, open_network
from proctor_cli.nets.runtimes import Port

__all__ = [
    "Device",
    "Entry",
    "Fetched",
    "File",
    "FileState",
    "Manifest",
    "Model",
    "Network",
    "Picture",
    "Port",
    "Progress",
    "cache_folder",
    "choose_device",
    "fetch",
    "find",
    "find_again",
    "import_openvino",
    "inspect",
    "load_manifest",
    "open_network",
    "search_folders",
]
