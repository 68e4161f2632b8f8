"""Signed notes, checkpoints and cosignatures as C2SP has them, with frozen vectors and a published one."""

from __future__ import annotations

import base64

import pytest

from ledger_samples import LOG_KEY, ORIGIN, OTHER_WITNESS, WITNESS, signed, some_bytes
from sharedsky.ledger.checkpoint import Checkpoint, parse_checkpoint, verify_checkpoint
from sharedsky.ledger.errors import LedgerFormatError, LedgerValueError, ProofError
from sharedsky.ledger.keys import (
    _WEAK_Y,
    COSIGNATURE_V1,
    ED25519,
    SigningKey,
    VerifierKey,
    cosigned_message,
    verify_ed25519,
)
from sharedsky.ledger.note import MAX_NOTE_BYTES, MAX_SIGNATURES, Note, SignatureLine, parse_note

CHECKPOINT = Checkpoint(ORIGIN, 20_852_163, some_bytes("root"))
#: The example of Go's package golang.org/x/mod/sumdb/note: a note signed by others' code.
PUBLISHED_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PUBLISHED_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
#: Made once with the private keys 01 01 .. and 02 02 .. of ledger_samples, and kept.
FROZEN = (
    "exchange.example/sky\n"
    "20852163\n"
    "SBNJTRN+FjG7owHVrKtue7eqdM4RhdRWVl71HXN2d7I=\n"
    "\n"
    "— exchange.example/sky ybF9feqeu+z0ATixCPFQTfoIZ8jwx7KOMC1j//Rh2zsLYZbbOKe36oSIlSzyZA26Vn/0Ec1XqUt749t5Dk9J8zqOQAk=\n"
    "— witness.example/north gigDHgAAAABqsTuK7vCaSvzUI3EIR/gS0SAknzjfLKnZjSITrQx1uBQuLTK7MiXLIJNljQ9zIf+grtwXRpmQcT4f/5eOsafDvosGAA==\n"
)


def test_a_note_that_others_signed_is_verified() -> None:
    key = VerifierKey.parse(PUBLISHED_KEY)
    signed_by = parse_note(PUBLISHED_NOTE.encode()).verify([key])
    assert [(one.key.name, one.time_s) for one in signed_by] == [("PeterNeumann", None)]
    assert str(key) == PUBLISHED_KEY


def test_the_cosigned_checkpoint_of_the_specification_is_read_and_written_byte_for_byte() -> None:
    example = (
        "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
        "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
        "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
    )
    note = parse_note(example.encode())
    assert bytes(note) == example.encode()
    checkpoint = parse_checkpoint(note.text)
    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20_852_163)
    assert checkpoint.body == note.text
    assert int.from_bytes(note.lines[1].signature[:8], "big") == 1_679_315_147
    body = b"example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    assert cosigned_message(note.text, 1_679_315_147) == b"cosignature/v1\ntime 1679315147\n" + body


def test_a_checkpoint_is_signed_and_cosigned_as_it_always_was() -> None:
    assert signed(CHECKPOINT).decode() == FROZEN
    verified = verify_checkpoint(FROZEN.encode(), [LOG_KEY.verifier], [WITNESS.verifier])
    assert verified.checkpoint == CHECKPOINT
    assert [(one.key, one.time_s) for one in verified.witnesses] == [(WITNESS.verifier, 1_790_000_010)]


def test_key_ids_bind_name_and_type() -> None:
    public = LOG_KEY.verifier.public
    ids = {VerifierKey(name, kind, public).id for name in ("a", "b") for kind in (ED25519, COSIGNATURE_V1)}
    assert len(ids) == 4


@pytest.mark.parametrize(
    "vkey",
    ["", "a+b", "name+00000000+AQ==", PUBLISHED_KEY.replace("c74f", "c74e"), PUBLISHED_KEY + "=", "a b" + PUBLISHED_KEY, PUBLISHED_KEY.replace("+ARpc", "+AhpcQ"), "x+00000000+", PUBLISHED_KEY.upper(), "+c74f20a3+ARpc"],
)  # fmt: skip
def test_what_is_no_key_is_refused(vkey: str) -> None:
    with pytest.raises(LedgerFormatError):
        VerifierKey.parse(vkey)


@pytest.mark.parametrize(
    "make",
    [
        lambda: VerifierKey("a", 0x06, LOG_KEY.verifier.public),
        lambda: VerifierKey("a", 1, bytes(31)),
        lambda: VerifierKey("", 1, LOG_KEY.verifier.public),
        lambda: VerifierKey("a b", 1, LOG_KEY.verifier.public),
        lambda: VerifierKey("a\u2003b", 1, LOG_KEY.verifier.public),
        lambda: VerifierKey("a+b", 1, LOG_KEY.verifier.public),
        lambda: VerifierKey("a\x01", 1, LOG_KEY.verifier.public),
        lambda: SigningKey.from_seed("a b", bytes(32)),
    ],
)
def test_a_key_that_cannot_be_is_refused(make: object) -> None:
    with pytest.raises(LedgerFormatError):
        make()  # type: ignore[operator]


def test_a_private_key_of_another_length_or_a_time_before_1970_is_refused() -> None:
    with pytest.raises(LedgerValueError):
        SigningKey.from_seed("a", bytes(31))
    with pytest.raises(LedgerValueError):
        WITNESS.sign("text\n", -1)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"text\n",
        b"text\n\n",
        b"text\n\n\n",
        b"text\n\xe2\x80\x94 a AAAAAAA=\n",
        b"text\n\n\xe2\x80\x94 a AAAAAAA=",
        b"text\n\n- a AAAAAAA=\n",
        b"text\n\n\xe2\x80\x94 a\n",
        b"text\n\n\xe2\x80\x94 a AAAAAAA= b\n",
        b"text\n\n\xe2\x80\x94  AAAAAAA=\n",
        b"text\n\n\xe2\x80\x94 a+b AAAAAAA=\n",
        b"text\n\n\xe2\x80\x94 a AAAAAA==\n",
        b"text\n\n\xe2\x80\x94 a AAAAAAB=\n",
        b"text\n\n\xe2\x80\x94 a AAAA AAA=\n",
        b"text\n\n\xe2\x80\x94 a AAAAAAA\n",
        b"te\x00xt\n\n\xe2\x80\x94 a AAAAAAA=\n",
        b"text\r\n\n\xe2\x80\x94 a AAAAAAA=\n",
        b"\xff\n\n\xe2\x80\x94 a AAAAAAA=\n",
        b"text\n\n" + b"\xe2\x80\x94 a AAAAAAA=\n" * (MAX_SIGNATURES + 1),
        b"t" * MAX_NOTE_BYTES + b"\n\n\xe2\x80\x94 a AAAAAAA=\n",
    ],
)
def test_what_is_no_note_is_refused(data: bytes) -> None:
    with pytest.raises(LedgerFormatError):
        parse_note(data)


def test_a_note_may_have_empty_lines_and_many_signatures() -> None:
    data = b"one\n\n\ntwo\n\n" + b"\xe2\x80\x94 a AAAAAAA=\n" * MAX_SIGNATURES
    note = parse_note(data)
    assert note.text == "one\n\n\ntwo\n"
    assert bytes(note) == data


def test_lines_of_unknown_keys_are_passed_over_and_one_known_is_needed() -> None:
    note = CHECKPOINT.unsigned().signed_by(LOG_KEY).signed_by(OTHER_WITNESS, 5)
    assert [one.key.name for one in note.verify([LOG_KEY.verifier])] == [ORIGIN]
    with pytest.raises(ProofError):
        note.verify([WITNESS.verifier])
    with pytest.raises(ProofError):
        note.verify([])


def test_a_key_that_shares_its_name_alone_is_another_key() -> None:
    namesake = SigningKey.from_seed(ORIGIN, b"\x09" * 32)
    with pytest.raises(ProofError):
        CHECKPOINT.unsigned().signed_by(namesake).verify([LOG_KEY.verifier])


def test_one_bad_line_of_a_known_key_spoils_the_note() -> None:
    note = CHECKPOINT.unsigned().signed_by(LOG_KEY).signed_by(WITNESS, 5)
    for at in range(2):
        for change in (b"", bytes(64), bytes(72), note.lines[at].signature[:-1] + bytes([note.lines[at].signature[-1] ^ 1])):
            lines = list(note.lines)
            lines[at] = SignatureLine(lines[at].name, lines[at].key_id, change)
            with pytest.raises(ProofError):
                Note(note.text, tuple(lines)).verify([LOG_KEY.verifier, WITNESS.verifier])


def test_a_cosignature_counts_for_its_time_alone_and_not_as_a_signature() -> None:
    line = SignatureLine(WITNESS.name, WITNESS.verifier.id, b"\xff" * 8 + WITNESS.sign(CHECKPOINT.body, 5)[8:])
    with pytest.raises(ProofError, match="impossible time"):
        Note(CHECKPOINT.body, (line,)).verify([WITNESS.verifier])
    later = SignatureLine(WITNESS.name, WITNESS.verifier.id, (6).to_bytes(8, "big") + WITNESS.sign(CHECKPOINT.body, 5)[8:])
    with pytest.raises(ProofError):
        Note(CHECKPOINT.body, (later,)).verify([WITNESS.verifier])


def test_a_checkpoint_needs_its_own_logs_signature() -> None:
    other_log = SigningKey.from_seed("other.example/log", b"\x07" * 32)
    data = bytes(CHECKPOINT.unsigned().signed_by(other_log).signed_by(WITNESS, 5))
    with pytest.raises(ProofError, match="its origin"):
        verify_checkpoint(data, [LOG_KEY.verifier, other_log.verifier], [WITNESS.verifier])


@pytest.mark.parametrize(
    "body",
    ["", "a\n", "a\n1\n", "a\n1\n@\n", "\n1\n@\n", "a\n01\n@\n", "a\n-1\n@\n", "a\n1 \n@\n", "a\n٣\n@\n", "a\n9223372036854775808\n@\n", "a\n99999999999999999999\n@\n", "a\n1\nAAAA\n", "a\n1\n@\n\n", "a\n1\n@\n\nx\n", "a\n1\n@"],
)  # fmt: skip
def test_what_is_no_checkpoint_is_refused(body: str) -> None:
    root = base64.b64encode(bytes(32)).decode()
    if body == "a\n1\n@\n":
        assert parse_checkpoint(body.replace("@", root)) == Checkpoint("a", 1, bytes(32))
        return
    with pytest.raises(LedgerFormatError):
        parse_checkpoint(body.replace("@", root))


def test_extension_lines_are_read_and_written() -> None:
    one = Checkpoint("a", 0, bytes(32), ("more", "and more"))
    assert parse_checkpoint(one.body) == one


@pytest.mark.parametrize("values", [("", 1, bytes(32)), ("a\nb", 1, bytes(32)), ("a", -1, bytes(32)), ("a", 2**63, bytes(32)), ("a", 1, b""), ("a", 1, bytes(32), ("",))])
def test_a_checkpoint_that_cannot_be_is_refused(values: tuple[object, ...]) -> None:
    with pytest.raises(LedgerValueError):
        Checkpoint(*values)  # type: ignore[arg-type]


# -- Keys that bind nobody ----------------------------------------------------------------------------------------

P = 2**255 - 19
D = -121665 * pow(121666, -1, P) % P


def times_eight(y: int) -> tuple[int, int] | None:
    """8 times the point of Ed25519 with this y (RFC 8032, 5.1), None where there is none."""
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * pow(2, (P - 1) // 4, P) % P
    if x * x % P != square:
        return None
    point = (x, y)
    for _ in range(3):
        (x1, y1), (x2, y2) = point, point
        t = D * x1 * x2 * y1 * y2 % P
        point = (
            (x1 * y2 + x2 * y1) * pow(1 + t, -1, P) % P,
            (y1 * y2 + x1 * x2) * pow(1 - t, -1, P) % P,
        )
    return point


def test_keys_of_small_order_and_of_another_form_are_refused_and_all_of_them_are_known() -> None:
    assert len(_WEAK_Y) == 5
    assert all(times_eight(y) == (0, 1) for y in _WEAK_Y)
    for y in (*_WEAK_Y, P, P + 1, 2**255 - 1):
        for sign in (0, 1 << 255):
            public = (y | sign).to_bytes(32, "little")
            with pytest.raises(LedgerFormatError):
                VerifierKey("a", ED25519, public)
            assert not verify_ed25519(public, b"anything", public + bytes(32))
    assert times_eight(int.from_bytes(LOG_KEY.verifier.public, "little") & (2**255 - 1)) != (0, 1)


def test_a_signature_that_a_weak_key_would_fit_to_any_message_fits_none() -> None:
    identity = (1).to_bytes(32, "little")
    for text in (b"one", b"another"):
        assert not verify_ed25519(identity, text, identity + bytes(32))
