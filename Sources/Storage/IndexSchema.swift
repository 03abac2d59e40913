import GRDB

/// The index's tables. Digests are blobs of 32 bytes, times milliseconds since 1970, unsigned numbers the same 64 bits
/// signed.
enum IndexSchema {
    static func migrator() -> DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("first") { database in
            try database.execute(sql: first)
        }
        // Logs had no entries of rounds before this table, so blocks that are in already lack none.
        migrator.registerMigration("rounds") { database in
            try database.execute(sql: rounds)
        }
        migrator.registerMigration("records by leaf") { database in
            try database.execute(sql: recordsByLeaf)
        }
        migrator.registerMigration("decisions") { database in
            try database.execute(sql: "CREATE INDEX decisions ON entries (number) WHERE type = 11")
        }
        migrator.registerMigration("reports") { database in
            try database.execute(sql: reports)
        }
        return migrator
    }

    private static let first = """
        CREATE TABLE blocks (
            height INTEGER PRIMARY KEY, view INTEGER NOT NULL, time INTEGER NOT NULL, size INTEGER NOT NULL,
            root BLOB NOT NULL, hash BLOB NOT NULL, segment INTEGER, offset INTEGER, finalization BLOB
        ) STRICT;
        CREATE UNIQUE INDEX blocks_by_hash ON blocks (hash);
        CREATE INDEX blocks_by_size ON blocks (size);

        CREATE TABLE entries (
            number INTEGER PRIMARY KEY, height INTEGER NOT NULL, type INTEGER NOT NULL,
            cell INTEGER, edge INTEGER, direction INTEGER, bucket INTEGER, kind INTEGER, seen INTEGER, weight INTEGER,
            tag BLOB
        ) STRICT;
        CREATE INDEX observations_by_cell ON entries (cell, number) WHERE cell IS NOT NULL;
        CREATE INDEX observations_by_bucket ON entries (bucket) WHERE cell IS NOT NULL;

        CREATE TABLE hazards (
            id BLOB PRIMARY KEY, kind INTEGER NOT NULL, state INTEGER NOT NULL, cell INTEGER NOT NULL,
            edge INTEGER, direction INTEGER, first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL,
            expires INTEGER NOT NULL, vehicles INTEGER NOT NULL, height INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX hazards_by_cell ON hazards (state, cell);

        CREATE TABLE records (
            digest BLOB PRIMARY KEY, bytes BLOB NOT NULL, signature BLOB NOT NULL, received INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX records_by_time ON records (received);

        CREATE TABLE receipts (
            digest BLOB PRIMARY KEY, key BLOB NOT NULL, leaf INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX receipts_by_key ON receipts (key);

        CREATE TABLE cars (
            hash BLOB PRIMARY KEY, segment INTEGER NOT NULL, offset INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        """

    /// Records in the order in which they come, so that each does not touch a page of its own: only the narrow `receipts` are in the order of digests.
    private static let recordsByLeaf = """
        CREATE TABLE records_by_leaf (
            leaf INTEGER PRIMARY KEY, bytes BLOB NOT NULL, signature BLOB NOT NULL, received INTEGER NOT NULL
        ) STRICT;
        INSERT INTO records_by_leaf SELECT leaf, bytes, signature, received FROM records JOIN receipts USING (digest);
        DROP TABLE records;
        ALTER TABLE records_by_leaf RENAME TO records;
        CREATE INDEX records_by_time ON records (received);
        """

    /// A report's record and its receipt are one row, in the order in which they come; what is looked up by chance's order is eight bytes of each
    /// digest, so that a commit of many reports touches few pages. An erased record leaves its row without bytes.
    private static let reports = """
        CREATE TABLE reports (
            leaf INTEGER PRIMARY KEY, digest BLOB NOT NULL, key BLOB NOT NULL,
            received INTEGER, bytes BLOB, signature BLOB
        ) STRICT;
        INSERT INTO reports SELECT leaf, digest, key, received, bytes, signature FROM receipts LEFT JOIN records USING (leaf);
        DROP TABLE records;
        DROP TABLE receipts;
        CREATE INDEX reports_by_digest ON reports (substr(digest, 1, 8));
        CREATE INDEX reports_by_key ON reports (substr(key, 1, 8));
        """

    /// Entries of models' rounds, besides their rows among the entries. By type first: of a round there are four entries and up to a
    /// thousand updates, and most questions are about the four.
    private static let rounds = """
        CREATE TABLE learning (
            number INTEGER PRIMARY KEY, height INTEGER NOT NULL, time INTEGER NOT NULL, model INTEGER NOT NULL,
            round INTEGER NOT NULL, type INTEGER NOT NULL, bytes BLOB NOT NULL
        ) STRICT;
        CREATE INDEX learning_by_round ON learning (model, type, round);
        """
}
