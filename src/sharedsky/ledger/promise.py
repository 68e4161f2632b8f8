"""What is signed about an entry: the host's promise to log it, and a party's receipt of it. docs/ledger.md, section 7.

trust.md, "Promise": counter, leaf, log-by time. A promise whose leaf is not in the log after its time is evidence
against the host. It is returned with every filing and every delivery, with the openings. trust.md, "Grades of told":
`received` is the receiver's signature over (tag, counter, head), and covers every entry up to it.
"""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sharedsky.ledger.canonical import HASH_SIZE, as_bytes, as_integer, as_list, as_text, message, read_message
from sharedsky.ledger.errors import ProofError
from sharedsky.ledger.keys import verify_ed25519


@dataclass(frozen=True, slots=True)
class Promise:
    """That the entry is the counter-th of its channel and will be in the log by a time.

    Args:
        origin: of the log.
        channel: tag, 32 bytes.
        counter: from 1.
        entry: the leaf's value, 32 bytes.
        log_by_ns: ns of UTC since 1970, by the exchange's clock.
    """

    origin: str
    channel: bytes
    counter: int
    entry: bytes
    log_by_ns: int

    def __bytes__(self) -> bytes:
        """The bytes that are signed."""
        return message("promise", (self.origin, self.channel, self.counter, self.entry, self.log_by_ns))

    def signed(self, key: Ed25519PrivateKey) -> SignedPromise:
        """The promise with the host's signature. The key may be the log's own: no note begins like a promise."""
        return SignedPromise(bytes(self), key.sign(bytes(self)))


@dataclass(frozen=True, slots=True)
class SignedPromise:
    """The signed bytes as they travel, and the 64-byte Ed25519 signature over them."""

    body: bytes
    signature: bytes

    def verify(self, public: bytes) -> Promise:
        """The promise, once its signature has been checked.

        Args:
            public: the host's key, 32 bytes.

        Raises:
            ProofError: not signed by this key.
            LedgerFormatError: signed, and no promise.
        """
        if not verify_ed25519(public, self.body, self.signature):
            raise ProofError("the promise is not signed by the host's key.")
        return parse_promise(self.body)


def parse_promise(body: bytes) -> Promise:
    """A promise from its signed bytes; whether the signature holds is another question.

    Raises:
        LedgerFormatError: no promise.
    """
    origin, channel, counter, entry, log_by_ns = as_list(read_message(body, "promise"), 5)
    return Promise(
        as_text(origin),
        as_bytes(channel, HASH_SIZE),
        as_integer(counter, 1),
        as_bytes(entry, HASH_SIZE),
        as_integer(log_by_ns),
    )


@dataclass(frozen=True, slots=True)
class HeadReceipt:
    """That the receiver of a channel holds its entries up to the counter-th, whose value is `entry`."""

    channel: bytes
    counter: int
    entry: bytes

    def __bytes__(self) -> bytes:
        """The bytes that the receiver signs."""
        return message("head-receipt", (self.channel, self.counter, self.entry))


def parse_head_receipt(body: bytes) -> HeadReceipt:
    """A receipt from its signed bytes.

    Raises:
        LedgerFormatError: no receipt.
    """
    channel, counter, entry = as_list(read_message(body, "head-receipt"), 3)
    return HeadReceipt(as_bytes(channel, HASH_SIZE), as_integer(counter, 1), as_bytes(entry, HASH_SIZE))
