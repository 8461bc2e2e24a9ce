"""Processes that read the files of strangers: started with limits and confined, for evidence and tables alike."""
