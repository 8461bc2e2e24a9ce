"""The steps of an import (I2 to I8): a file is received, read, staged, checked, brought in, and perhaps undone."""
