"""What to expect of inputs and of marts: Great Expectations suites as code.

dbt tests hold every row to the rules; these suites ask whether the whole is plausible, and stop what no row-by-row rule
can see: a file that came empty, statuses in another vocabulary, a level that cannot be. `critical` stops the run,
`warning` is reported.
"""
