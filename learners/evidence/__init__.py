"""Evidence files as bytes of strangers: what is accepted, how it is opened safely, and pictures of its pages.

`incoming` receives what was sent. `reader` is the program that opens it, alone in a process with limits that `limited`
starts; `kinds`, `pictures` and `pdf` are what that program does. `page_images` asks it for previews.
"""
