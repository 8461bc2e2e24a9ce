"""What keeps the whole suite quick."""

import subprocess
import sys


def test_processes_that_tests_start_keep_what_they_compile() -> None:
    told = subprocess.run(
        [sys.executable, "-c", "import sys; print(sys.dont_write_bytecode)"], capture_output=True, text=True, check=True
    )
    assert told.stdout == "False\n"
    assert not sys.dont_write_bytecode
