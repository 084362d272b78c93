"""Matrices of runs, studies, and the generator of synthetic weeks."""
