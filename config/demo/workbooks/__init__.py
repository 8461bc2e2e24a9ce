"""The workbooks from which the demo site could have been moved in, written as people keep such lists (I1 to I4).

They are no exports: each has its own headings, titles and legends, and none knows our columns. What they hold is what
the loaded demo holds, so a site that is made by importing them can be compared with it.
"""
