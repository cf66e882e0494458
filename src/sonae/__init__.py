"""sonae (備え): runs a group cyber-insurance plan end to end.

The modules directly in this folder are the core: pure functions over plain frozen types.
They know no clock, file, database, network or framework; whoever calls them brings those.
"""

__version__ = "0.1.0"
