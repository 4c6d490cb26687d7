"""How is a database kept safe, and brought back? By PostgreSQL's own pg_dump, into one file and out of it."""
