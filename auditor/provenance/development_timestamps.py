"""Time stamps of the development authority, made on this machine by ``openssl ts``: for trials, not for evidence.

They say what this machine's clock says, under a root that calls itself DEVELOPMENT; a real authority is another party.
"""

import secrets
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from auditor.plaintext import plain_text
from auditor.provenance.errors import TimestampUnavailableError

#: A local signature takes some milliseconds; a machine under load some seconds.
_TIMEOUT_S = 20
#: An arc for examples, so that nobody takes it for a real policy (RFC 3161, section 2.4.2: the policy is required).
POLICY = "1.3.6.1.4.1.32473.1"

_CONFIGURATION = f"""
[tsa]
default_tsa = development
[development]
serial = serial
default_policy = {POLICY}
digests = sha256, sha384, sha512
accuracy = secs:1
ordering = no
tsa_name = no
ess_cert_id_chain = no
ess_cert_id_alg = sha256
signer_digest = sha256
"""


@dataclass(frozen=True, slots=True)
class DevelopmentTimestamps:
    """Answers time-stamp queries with the ``chain.pem`` and ``key.pem`` of ``directory``."""

    directory: Path

    def reply(self, query: bytes) -> bytes:
        """Raises ``TimestampUnavailableError`` where ``openssl`` is missing or refuses."""
        directory = Path(self.directory).resolve()
        with tempfile.TemporaryDirectory(prefix="timestamp-") as name:
            work = Path(name)
            (work / "query").write_bytes(query)
            (work / "serial").write_text(f"{secrets.randbits(120) | 1:030X}\n")
            (work / "configuration").write_text(_CONFIGURATION)
            command = ["openssl", "ts", "-reply", "-queryfile", "query", "-config", "configuration", "-out", "reply"]
            command += ["-signer", str(directory / "chain.pem"), "-inkey", str(directory / "key.pem")]
            try:
                done = subprocess.run(command, cwd=work, capture_output=True, timeout=_TIMEOUT_S, check=False)
                return (work / "reply").read_bytes()
            except FileNotFoundError as error:
                if error.filename == "openssl":
                    raise TimestampUnavailableError(
                        "openssl is not installed, so there are no local time stamps"
                    ) from None
                words = plain_text(done.stderr.decode(errors="replace"), 200)
                raise TimestampUnavailableError(f"openssl made no time stamp: {words}") from None
            except subprocess.TimeoutExpired:
                raise TimestampUnavailableError(f"openssl made no time stamp within {_TIMEOUT_S} s") from None
