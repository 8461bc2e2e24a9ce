"""How the site writes dates and times, a module for each language (FORMAT_MODULE_PATH); see `training.core.words`."""
