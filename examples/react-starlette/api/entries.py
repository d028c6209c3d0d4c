"""The team's own table, in a file of its own. Each row belongs to the user whose id (`sub`) the access token names."""
import sqlite3
from contextlib import closing, contextmanager

COLUMNS = "id, day, project, hours"


class Entries:
    def __init__(self, path):
        self._path = path
        with self._open() as database:
            database.execute(
                "create table if not exists entries (id integer primary key, owner text not null, day text not null,"
                " project text not null, hours real not null)"
            )

    @contextmanager
    def _open(self):
        with closing(sqlite3.connect(self._path, timeout=5)) as database, database:
            database.row_factory = sqlite3.Row
            yield database

    def list(self, owner):
        query = f"select {COLUMNS} from entries where owner = ? order by day desc, id desc limit 200"
        with self._open() as database:
            return [dict(row) for row in database.execute(query, (owner,))]

    def add(self, owner, day, project, hours):
        query = f"insert into entries (owner, day, project, hours) values (?, ?, ?, ?) returning {COLUMNS}"
        with self._open() as database:
            return dict(database.execute(query, (owner, day, project, hours)).fetchone())

    def remove(self, owner, entry_id):
        """Whether there was one: somebody else's is not there."""
        with self._open() as database:
            return database.execute("delete from entries where id = ? and owner = ?", (entry_id, owner)).rowcount > 0

    def totals(self, owner):
        query = "select project, sum(hours) as hours from entries where owner = ? group by project order by hours desc"
        with self._open() as database:
            return [dict(row) for row in database.execute(query, (owner,))]
