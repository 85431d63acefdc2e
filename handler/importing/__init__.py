"""What importing means: orders, the decision table, look-ups and waits. Knows no SDK and no CVM text."""
