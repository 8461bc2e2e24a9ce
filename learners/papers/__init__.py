"""The documents that the site prints or exports: PDF, Excel, CSV and ZIP files."""
