"""What can be wrong with policies; facts that can't be judged are no error but a blocked decision."""

from auditor.errors import BadInputError


class PolicyError(BadInputError):
    """A policy file that can't be used: the message names the file, the field, the reason and the remedy."""

    def __init__(self, file: str, where: str, reason: str, remedy: str) -> None:
        self.file, self.where, self.reason, self.remedy = file, where, reason, remedy
        super().__init__(f"{file}: {where}: {reason}; {remedy}")


class ExpressionError(BadInputError):
    """A CEL expression that does not compile, or whose evaluation failed."""
