"""The site as a real process for the browser: ``python -m tests.e2e.serve ADDRESS_FILE``; writes where it listens."""

import os
import sys
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "django_site.settings.test")


def main(address_file: Path) -> None:
    import django

    django.setup()
    from django.core.handlers.wsgi import WSGIHandler
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
    from django.test import Client

    port = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    server = ThreadedWSGIServer(("127.0.0.1", port), WSGIRequestHandler)
    server.daemon_threads = True
    server.set_app(WSGIHandler())
    # the first page imports every view: on a machine that is busy with other tests that alone outlasts a browser's patience
    assert Client(headers={"host": "127.0.0.1"}).get("/accounts/login/").status_code == 200
    address_file.write_text(f"http://127.0.0.1:{server.server_address[1]}")
    server.serve_forever()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
