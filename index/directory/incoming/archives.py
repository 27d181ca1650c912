"""Tells zip files that unpack to more than anybody writes, before anything is unpacked."""

from __future__ import annotations

from zipfile import ZipFile

# Bytes. A directory of ten thousand services is a fifth of this as HSDS tables.
_MOST = 1 << 30
# Tables shrink to a tenth or a thirtieth; a file of one sign to a thousandth.
_SMALL, _MOST_SHRUNK = 10 << 20, 200


def is_bomb(archive: ZipFile) -> bool:
    """By what the archive says of its files; what lies about its size is cut off there by whoever reads it."""
    files = archive.infolist()
    shrunk = any(one.file_size > max(_SMALL, _MOST_SHRUNK * one.compress_size) for one in files)
    return shrunk or sum(one.file_size for one in files) > _MOST
