"""Settings: ``base`` for what is common, then ``dev`` (the default), ``test`` and ``production``."""
