"""Decisions, ceilings, allocations, sign-offs, copies."""
