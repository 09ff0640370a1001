"""Frames of a TIFF file, one at a time: plain pages straight from their bytes, all others through the decoder."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from pathlib import Path

import numpy as np

from fluogan_app.core.errors import ReadError
from fluogan_app.core.readers.base import damaged
from fluogan_app.core.readers.tiff_bytes import TiffBytes
from fluogan_app.core.readers.tiff_format import PageFormat, compression_name, same_frame
from fluogan_app.core.readers.tiff_pages import LSM_INFO, Page, read_pages
from fluogan_app.core.readers.tiff_pictures import PICTURES, check_picture

#: Files of a multi-file stack that are kept open at once; systems allow some hundred.
MAX_OPEN_FILES = 16


class TiffContainer:
    """One open TIFF file: its pages, the tags of its first and last page, the pixels of any page; for any thread."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.bytes = TiffBytes(path)
        self._decoder = None
        self._lock = threading.Lock()
        self._closed = False
        try:
            self.first, self.last, self.pages, self.remarks, self.room = read_pages(self.bytes)
        except ReadError:
            self.bytes.close()
            raise

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._closed = True
            if self._decoder is not None:
                self._decoder.close()
                self._decoder = None
        self.bytes.close()

    def frame(self, page: Page, sample: int = 0) -> np.ndarray:
        """The pixels of a page (Y, X), in the machine's byte order. Raises ReadError for a damaged page."""
        return self.rows(page, 0, page.format.height, sample)

    def rows(self, page: Page, start: int, stop: int, sample: int = 0) -> np.ndarray:
        """Some rows of one of a page's samples, of a plain page without reading the others. Raises as `frame`."""
        format = page.format
        if page.run_offset is None:
            return self._decoded(page, sample)[start:stop]
        row_bytes = format.frame_bytes // format.height
        # Samples lie pixel by pixel, or as one whole picture behind the other.
        beside = 1 if format.separate else format.samples
        begin = page.run_offset + (sample * format.frame_bytes if format.separate else 0) + start * row_bytes * beside
        raw = self.bytes.read(begin, (stop - start) * row_bytes * beside)
        stored = np.frombuffer(raw, format.dtype.newbyteorder(self.bytes.order))
        stored = stored.reshape(stop - start, format.width, beside)[..., 0 if format.separate else sample]
        return stored.astype(format.dtype, copy=False)

    def _decoded(self, page: Page, sample: int) -> np.ndarray:
        format = page.format
        try:
            with self._lock:
                decoded = self._page(page)
                self._check_pictures(decoded, format)
                image = decoded.asarray(maxworkers=1)
        # The decoders of a dozen schemes raise errors of as many kinds for a damaged page.
        except Exception as error:
            raise self._undecodable(page, str(error)) from error
        whole = (format.height, format.width)
        if format.samples > 1:
            whole = (format.samples, *whole) if format.separate else (*whole, format.samples)
        if image.shape != whole:
            raise self._undecodable(page, f"it gives {image.shape} pixels")
        if format.samples > 1:
            image = np.ascontiguousarray(image[sample] if format.separate else image[..., sample])
        return image.astype(format.dtype, copy=False)

    def _check_pictures(self, decoded, format: PageFormat) -> None:
        """Raises ValueError where a strip or tile holds a picture that is larger than the strip or tile."""
        if format.compression not in PICTURES:
            return
        rows = decoded.tilelength if format.tiled else decoded.rowsperstrip
        columns = decoded.tilewidth if format.tiled else format.width
        for offset, count in zip(decoded.dataoffsets, decoded.databytecounts, strict=True):
            data = (decoded.jpegheader or b"") + self.bytes.read(offset, count)
            check_picture(format.compression, data, rows, columns, format.dtype)

    def _undecodable(self, page: Page, reason: str) -> ReadError:
        packed = compression_name(page.format)
        return damaged(self.path, f"page {page.number + 1} ({packed} compression) cannot be decoded: {reason[:200]}")

    def _page(self, page: Page):
        """The decoder's own view of a page."""
        if self._closed:
            raise ValueError("the file was closed")
        tifffile = quiet_tifffile()
        if self._decoder is None:
            self._decoder = tifffile.TiffFile(self.path)
        if LSM_INFO in self.first.entries:
            # The decoder mends the lengths that these files state wrong, of all pages at once.
            return self._decoder.pages[page.number]
        # Straight to the page: the decoder would walk through all pages before it.
        self._decoder.filehandle.seek(page.directory)
        return tifffile.TiffPage(self._decoder, page.number)


class TiffSource:
    """The frames of one scene, channel and plane: addresses (T, 2 or 3) as (file, page) or (file, page, sample).

    The first file's pages may be more than its directories: large stacks of ImageJ go on without them.
    """

    def __init__(
        self, container: TiffContainer, pages: list[Page], files: tuple[Path, ...], addresses: np.ndarray
    ) -> None:
        self._container = container
        self._pages = pages
        self._files = files
        self._addresses = addresses
        self._others: OrderedDict[int, TiffContainer] = OrderedDict()
        self._lock = threading.Lock()
        self._format: PageFormat = self._located(0)[1].format
        self.shape: tuple[int, int, int] = (len(addresses), self._format.height, self._format.width)
        self.dtype: np.dtype = self._format.dtype

    def frame(self, index: int) -> np.ndarray:
        """One frame (Y, X) in the file's own type. Raises ReadError for a damaged page."""
        return self.rows(index, 0, self.shape[1])

    def rows(self, index: int, start: int, stop: int) -> np.ndarray:
        """Some rows of a frame. Raises as `frame`."""
        with self._lock:
            container, page = self._located(index)
            if not same_frame(page.format, self._format):
                raise damaged(container.path, f"frame {index} has {page.format} where the first has {self._format}")
            return container.rows(page, start, stop, self._sample(index))

    def close(self) -> None:
        """Let go of every file."""
        with self._lock:
            for container in (self._container, *self._others.values()):
                container.close()
            self._others.clear()

    def _sample(self, index: int) -> int:
        return int(self._addresses[index, 2]) if self._addresses.shape[1] > 2 else 0

    def _located(self, index: int) -> tuple[TiffContainer, Page]:
        file, number = (int(value) for value in self._addresses[index, :2])
        container = self._container if file == 0 else self._other(file)
        pages = self._pages if file == 0 else container.pages
        if not 0 <= number < len(pages):
            raise damaged(container.path, f"frame {index} should be its page {number + 1}, but it has {len(pages)}")
        return container, pages[number]

    def _other(self, file: int) -> TiffContainer:
        if file not in self._others:
            self._others[file] = _undoubted(TiffContainer(self._files[file]))
            if len(self._others) > MAX_OPEN_FILES:
                self._others.popitem(last=False)[1].close()
        self._others.move_to_end(file)
        return self._others[file]


def _undoubted(container: TiffContainer) -> TiffContainer:
    """A file in which nothing is odd. Raises ReadError: it is opened too late for a word of warning."""
    if container.remarks:
        container.close()
        raise damaged(container.path, container.remarks[0].rpartition(";")[0])
    return container


def quiet_tifffile():
    """The decoder's library, loaded late; its remarks on odd files reach the log, and never the terminal."""
    import tifffile

    logger = logging.getLogger("tifffile")
    if not any(isinstance(handler, logging.NullHandler) for handler in logger.handlers):
        # With a handler of its own, Python's last resort does not print them where nothing is logged.
        logger.addHandler(logging.NullHandler())
    return tifffile
