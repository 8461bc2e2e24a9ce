"""Sessions through the API: planning, the list, marking, evidence, finalize."""
