"""What can go wrong in the directory and its index."""


class FinderFault(Exception):
    """Base of every error of this package."""


class DirectoryFault(FinderFault):
    """Files of the directory do not hold what they should. `faults` names file, line and reason."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class IndexMissing(FinderFault):
    """There is no built index to open."""


class ForeignEncoder(FinderFault):
    """The index was built with another encoder than the one that is configured."""


class UnknownPlace(FinderFault):
    """A municipality that was asked for is not one of the sixty."""


class UnknownTerm(FinderFault):
    """A category or target group that was asked for does not exist."""


class NewerDatabase(FinderFault):
    """The database holds migrations that this version does not know."""
