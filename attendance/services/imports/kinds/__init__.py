"""Bringing in sessions, marks and hours of classes, many rows at once (I1, I5, I6): one module for each kind."""
