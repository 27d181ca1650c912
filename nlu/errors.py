"""What can go wrong while text is being understood."""


class NluError(Exception):
    """Base of every error of this package."""


class EncoderUnavailable(NluError):
    """No sentence encoder can be opened: it was never built, or its files are damaged."""


class EncoderSourceDamaged(NluError):
    """A file that the encoder is built from is not the file that we know."""


class DataFault(NluError):
    """A data file of a language does not hold what it should; the message names file and place."""
