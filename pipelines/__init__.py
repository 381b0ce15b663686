"""When and how a night runs: definitions, jobs, schedules, resources, the command line."""
