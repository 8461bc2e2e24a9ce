"""The demo site: two years of a refinery's safety training, made up from a seed.

`names` and `catalogue` are lists. `people` and `plan` decide, from a seed and a day and without a database, who works
there and who was trained when. `paper` draws the signed sheets. `load` writes it all, `present` adds the present day.
"""
