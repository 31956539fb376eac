"""What the work costs, measured side by side with its limits and with what most people would use: `python -m benchmarks`."""
