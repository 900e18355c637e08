"""A check for Schemathesis: a request that conforms to the document is refused for a rule that a schema cannot express."""

import re

import schemathesis

CODES = {
    "TARGET_REFUSED",
    "HEADER_REFUSED",
    "CREDENTIALS_REQUIRED",
    "READ_ONLY_FIELD",
    "UNKNOWN_ACTION",
    "INVALID_SIGNING_SECRET",
    "INVALID_CURSOR",
}
RULES = re.compile(
    r"is required with securityType|is the mask|must not contain .* twice|createdFrom must not be|since must not be|until must not be|from must be before to|at most 10000 are possible"
)


@schemathesis.check
def refusal_names_a_rule(ctx, response, case):
    if response.status_code != 400 or not case.meta.generation.mode.is_positive:
        return
    error = response.json()
    if error["code"] in CODES or any(RULES.search(message) for message in error["message"]):
        return
    raise AssertionError(f"The document allows this request, and the API refuses it: {error['message']}")
