"""Evidence files, which are bytes of strangers: what is accepted, how it is opened safely, where it is stored.

`incoming` receives what was sent. `reader` is the program that opens files: `limited` starts it in a process of its
own, with limits, and `kinds`, `pictures`, `pdf` and others do its work. `page_images` asks it for previews. `store`
keeps the files, and `verify` reads all of them again.
"""
