-- A table of its own: it is made once, and never rebuilt, since its rows are not in Git.
CREATE TABLE notes (day date NOT NULL, note text);
