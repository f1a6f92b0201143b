#!/bin/sh
# A database of SQLite that is restored from `sqlite3 .dump` has lost what programs tell their schema's version by (user_version),
# and whose it is (application_id): both are 0, as in a new one, so that a program which goes by them migrates it once more. A text
# ends at its first NUL. `.clone` loses the same, and leaves a table with a generated column empty: it says so, and ends with 0.
# `.backup` and VACUUM INTO keep all. Debian 12's sqlite3.
. "$(dirname -- "$0")/lib/debian.sh"
unpack sqlite3 libsqlite3-0 libreadline8
LD_LIBRARY_PATH=$(dirname "$(find "$folder" -name 'libsqlite3.so.0')"):$(dirname "$(find "$folder" -name 'libreadline.so.8')")
export LD_LIBRARY_PATH
PATH=$folder/usr/bin:$PATH
cd "$folder"
sqlite3 data.db "
  PRAGMA user_version = 7;
  PRAGMA application_id = 42;
  CREATE TABLE notes (text TEXT);
  INSERT INTO notes VALUES ('a' || char(0) || 'b');
  CREATE TABLE sizes (gib INTEGER, mib INTEGER GENERATED ALWAYS AS (gib * 1024));
  INSERT INTO sizes (gib) VALUES (10);"
# told FILE: what is in a database.
told() {
  sqlite3 "$1" "SELECT 'version ' || user_version || ', application ' || application_id FROM pragma_user_version, pragma_application_id;
    SELECT length(CAST(text AS BLOB)) || ' bytes of text' FROM notes;
    SELECT count(*) || ' sizes' FROM sizes;" | paste -sd, - | sed 's/,/, /3; s/,\([0-9]\)/, \1/g'
}

sqlite3 --version | cut -d ' ' -f 1
sqlite3 data.db .dump | sqlite3 dumped.db
sqlite3 data.db '.backup backup.db'
sqlite3 data.db "VACUUM INTO 'vacuumed.db'"
sqlite3 data.db '.clone cloned.db' >said 2>&1 && ended=0 || ended=$?
whole='version 7, application 42, 3 bytes of text, 1 sizes'
compare 'the database' "$whole" "$whole" "$(told data.db)"
compare '.dump, read in again' "$whole" 'version 0, application 0, 1 bytes of text, 1 sizes' "$(told dumped.db)"
compare '.backup' "$whole" "$whole" "$(told backup.db)"
compare 'VACUUM INTO' "$whole" "$whole" "$(told vacuumed.db)"
compare '.clone' "$whole" 'version 0, application 0, 1 bytes of text, 0 sizes' "$(told cloned.db)"
compare 'what .clone ended with' 'another than 0' 0 "$ended"
verdict
