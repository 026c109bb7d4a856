"""Printed papers: a frozen value in, a PDF/A with tags and a QR out. What is on a paper is decided in reads/printout.py."""
