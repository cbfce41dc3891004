"""Files that anybody may hand in to be verified: always on disk under a name of ours, never beyond the limit, gone
after the answer."""

from typing import Any

from django.core.files.uploadhandler import StopUpload, TemporaryFileUploadHandler

#: What one visitor may hand in: half an hour of a film at 2 Mbit/s. Longer films are verified with the command line.
MAX_BYTES = 500_000_000
#: How much beyond the limit is still read and thrown away, so that the browser hears the answer instead of a reset.
_PATIENCE = 4


class BoundedUpload(TemporaryFileUploadHandler):
    """Stops at the limit. ``request.upload_refused`` then says so to the view."""

    def __init__(self, request: Any = None, *, limit: int = MAX_BYTES) -> None:
        super().__init__(request)
        self._limit = limit
        self._received = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        # The boundary and the form's other fields add a little to the file itself.
        declared = self.request.META.get("CONTENT_LENGTH") or "0"
        length = int(declared) if str(declared).isdigit() else 0
        if length > self._limit + 64 * 1024:
            self.request.upload_refused = True
            raise StopUpload(connection_reset=length > _PATIENCE * self._limit)
        super().new_file(*args, **kwargs)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self._received += len(raw_data)
        if self._received > self._limit:
            self.request.upload_refused = True
            raise StopUpload(connection_reset=True)
        super().receive_data_chunk(raw_data, start)
