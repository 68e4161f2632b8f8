"""Levels, times, shapes, volumes and trajectories, and the exact questions about them. Pure: no files, no clock."""
