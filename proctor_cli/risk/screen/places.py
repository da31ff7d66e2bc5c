"""Where things stand on a screen: fractions of its height, from above."""

HEAD = 0.16
"""Title bar, tabs, address bar and the head of a page: what the detector ``screen_text`` reads before everything."""
TABS = 0.12
"""Tabs and titles of windows end above this: on a screen of 720 lines they take 40 to 80."""
TOP = 0.2
"""An address stands above this, on small screens as well."""
TASK_BAR = 0.94
"""What stands below may be a task bar, which names windows whether they are shown or not."""
