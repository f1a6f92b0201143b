"""Connections to SQLite files are kept and used again, as SQLAlchemy 2 does by itself.

SQLAlchemy 1.4 opens one for each query, which reads Cinder's whole schema anew, and closes it, which writes back what
the file for write-ahead holds: most of the time of a request.
"""

from sqlalchemy import pool
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite


class AsManyAsAreAskedFor(pool.QueuePool):
    def __init__(self, creator, pool_size=10, max_overflow=-1, **options):
        super().__init__(creator, pool_size, max_overflow, **options)


def install():
    SQLiteDialect_pysqlite.get_pool_class = classmethod(lambda dialect, url: AsManyAsAreAskedFor)
