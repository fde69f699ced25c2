/** The tables of the push queue and of the push targets on Postgres: ids, numbers and words of ours, no text, no name, no token. */
import type { MigrationSet } from "@parley/runtime/postgres/migrate"

/** The columns mean what they mean in the queue's file. */
export const queueMigrations: MigrationSet = {
  name: "push queue",
  migrations: [
    {
      number: 1,
      name: "queue",
      statements: [
        "CREATE TABLE push_place (one integer PRIMARY KEY CHECK (one = 1), epoch text NOT NULL, position bigint NOT NULL)",
        `CREATE TABLE push_jobs (
           id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, state text NOT NULL, kind text NOT NULL, "user" text NOT NULL,
           device text NOT NULL, conversation text, collapse_key text NOT NULL, seq bigint NOT NULL, count bigint NOT NULL,
           ts bigint NOT NULL, due bigint NOT NULL, attempts bigint NOT NULL DEFAULT 0, lease_until bigint,
           read_seq bigint NOT NULL DEFAULT -1, what text, about text, reason text, parked_at bigint
         )`,
        `CREATE UNIQUE INDEX push_jobs_waiting ON push_jobs ("user", device, collapse_key) WHERE state = 'waiting'`,
        `CREATE INDEX push_jobs_user ON push_jobs ("user")`,
        `CREATE INDEX push_jobs_due ON push_jobs (due, id) WHERE state = 'waiting'`,
        `CREATE INDEX push_jobs_security ON push_jobs (due, id) WHERE state = 'waiting' AND kind = 'security'`,
        `CREATE INDEX push_jobs_leased ON push_jobs (lease_until) WHERE state = 'leased'`,
        `CREATE INDEX push_jobs_parked ON push_jobs (parked_at, id) WHERE state = 'parked'`,
        `CREATE TABLE push_shown (
           "user" text, conversation text, device text, seq bigint NOT NULL, at bigint NOT NULL,
           PRIMARY KEY ("user", conversation, device)
         )`,
        "CREATE INDEX push_shown_at ON push_shown (at)",
        `CREATE TABLE push_budgets ("user" text PRIMARY KEY, tokens double precision NOT NULL, at bigint NOT NULL)`,
        "CREATE INDEX push_budgets_at ON push_budgets (at)",
        `CREATE TABLE push_decisions (
           id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "user" text NOT NULL, device text, kind text NOT NULL,
           conversation text, seq bigint, at bigint NOT NULL, outcome text NOT NULL, reason text
         )`,
        `CREATE INDEX push_decisions_user ON push_decisions ("user", id)`,
      ],
    },
  ],
}

export const targetMigrations: MigrationSet = {
  name: "push targets",
  migrations: [
    {
      number: 1,
      name: "targets",
      statements: [
        `CREATE TABLE push_targets (hash bytea PRIMARY KEY, "user" text NOT NULL, device text NOT NULL, UNIQUE ("user", device))`,
      ],
    },
  ],
}
