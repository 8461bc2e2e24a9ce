"""The looks in which pages are checked: each width and each theme once; with `--long` each width in each theme."""

import pytest

LOOKS = [
    (1440, "light"),
    (820, "dark"),
    pytest.param(1440, "dark", marks=pytest.mark.long_only),
    pytest.param(820, "light", marks=pytest.mark.long_only),
]
