"""The policy file, as C2SP tlog-policy has it, and our two lines (trust.md, "Verdicts")."""

from __future__ import annotations

import pytest

from ledger_samples import LOG_KEY, some_bytes
from sharedsky.ledger.keys import COSIGNATURE_V1, SigningKey
from sharedsky.verify import PolicyError, parse_policy

WITNESSES = [SigningKey.from_seed(f"w{k}", bytes([k + 40]) * 32, COSIGNATURE_V1).verifier for k in range(6)]
X1, X2, X3, Y1, Y2, Y3 = WITNESSES
LOG = f"log {LOG_KEY.verifier} https://exchange.example/ledger\n"
DIGEST = some_bytes("annex").hex()
#: The example of the specification, with keys.
EXAMPLE = f"""{LOG}
# both sides
witness X1 {X1}
witness X2 {X2} https://w.example
 \twitness\tX3  {X3}
group X-witnesses 2 X1 X2 X3

witness Y1 {Y1}
witness Y2 {Y2}
witness Y3 {Y3}
group Y-witnesses any Y1 Y2 Y3

group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
"""


@pytest.mark.parametrize(
    ("cosigners", "met"),
    [({X1, X2, Y3}, True), (set(WITNESSES), True), ({X1, Y1, Y2}, False), ({X1, X2, X3}, False), (set(), False)],
)
def test_the_example_of_the_specification(cosigners: set[object], met: bool) -> None:
    policy = parse_policy(EXAMPLE.encode())
    assert policy.logs == (LOG_KEY.verifier,)
    assert policy.quorum_met(cosigners) is met  # type: ignore[arg-type]
    assert policy.witness_name(X3) == "X3"


def test_a_quorum_can_be_one_witness_or_none() -> None:
    one = parse_policy(f"{LOG}witness w {X1}\nquorum w\n".encode())
    assert (one.quorum_met({X1}), one.quorum_met({X2})) == (True, False)
    assert parse_policy(f"{LOG}quorum none\n".encode()).quorum_met(set())


def test_digests_of_arrangements_and_annexes_are_read() -> None:
    policy = parse_policy(f"{LOG}arrangement {DIGEST}\nannex {DIGEST}\nquorum none".encode())
    assert policy.arrangements == policy.annexes == (some_bytes("annex"),)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "exactly one line"),
        (LOG, "exactly one line"),
        ("quorum none\nquorum none\n", "exactly one line"),
        ("quorum x\n", "line 1.*x is not defined"),
        (f"{LOG}{LOG}quorum none\n", "line 2.*second time"),
        (f"witness a {X1}\nwitness b {X1}\nquorum a\n", "line 2.*second time"),
        (f"witness a {X1}\nwitness a {X2}\nquorum a\n", "name a is taken"),
        (f"witness none {X1}\nquorum none\n", "name none is taken"),
        (f"witness a {LOG_KEY.verifier}\nquorum a\n", "type 0x01; 0x04 belongs"),
        (f"log {X1}\nquorum none\n", "type 0x04; 0x01 belongs"),
        (f"witness a {X1}\ngroup g 2 a\nquorum g\n", "no number of 1"),
        (f"witness a {X1}\ngroup g 0 a\nquorum g\n", "no number of 1"),
        (f"witness a {X1}\ngroup g some a\nquorum g\n", "no number of 1"),
        (f"witness a {X1}\ngroup g any a a\nquorum g\n", "a member already"),
        (f"witness a {X1}\ngroup g any a\ngroup h any a\nquorum g\n", "a member already"),
        (f"group g any a\nwitness a {X1}\nquorum g\n", "line 1.*not defined above"),
        ("group g any\nquorum g\n", "no line of a policy"),
        ("annex 12\nquorum none\n", "no line of a policy"),
        ("observer a\nquorum none\n", "no line of a policy"),
        ("log nokey\nquorum none\n", "line 1.*no key"),
        ("quorum none\r\n", "control characters"),
        ("# \x7f\nquorum none\n", "control characters"),
    ],
)
def test_what_is_no_policy_is_refused_with_its_line(text: str, said: str) -> None:
    with pytest.raises(PolicyError, match=said):
        parse_policy(text.encode())


def test_a_policy_that_is_not_utf8_or_too_long_is_refused() -> None:
    for data in (b"\xff\nquorum none\n", b"#" * 300_000):
        with pytest.raises(PolicyError):
            parse_policy(data)
