"""How fast is it? Ratios within one run, because machines are noisy: see __main__."""
