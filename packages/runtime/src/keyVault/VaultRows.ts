/**
 * The rows of the key vault on Postgres. They hold keys wrapped only.
 *
 * Always true: a person has one row. It holds his wrapped key, or that and when it was destroyed; making a key and destroying it meet
 * at that row, so no key comes after its destruction, whichever node does what. Destructions are numbered in the order in which they
 * become visible: whoever has seen number n has seen every one before it.
 */
import * as Effect from "effect/Effect"
import type { PostgresFailure } from "../errors.ts"
import type { MigrationSet } from "../postgres/migrate.ts"
import type { Postgres } from "../postgres/Postgres.ts"
import type { WrappedKey } from "./vaultWorker.ts"

/** What Postgres leaves of a replaced row is swept as soon as it can be: the usual threshold would leave a destroyed key for months. */
export const vaultMigrations: MigrationSet = {
  name: "key vault",
  migrations: [
    {
      number: 1,
      name: "keys",
      statements: [
        `CREATE TABLE data_keys (
           owner text PRIMARY KEY, wrapped bytea, destroyed_at bigint, destroyed_number bigint,
           CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL AND destroyed_number IS NOT NULL))
         ) WITH (autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0)`,
        "CREATE UNIQUE INDEX data_keys_destroyed ON data_keys (destroyed_number) WHERE destroyed_number IS NOT NULL",
        "CREATE SEQUENCE destroyed_keys",
        "CREATE TABLE master_key_proof (one integer PRIMARY KEY CHECK (one = 1), wrapped bytea NOT NULL)",
      ],
    },
  ],
}

interface Row {
  readonly owner: string
  readonly wrapped: Uint8Array | null
}

export interface Destroyed {
  readonly owner: string
  readonly at: number
  readonly number: number
}

type Answer<A> = Effect.Effect<A, PostgresFailure>

/** Of destructions among all advisory locks with two keys: the letters “pkey”. */
const lockClass = 0x706b6579

export class VaultRows {
  readonly #postgres: Postgres["Service"]

  constructor(postgres: Postgres["Service"]) {
    this.#postgres = postgres
  }

  /** Of those who have a row: his wrapped key, or `undefined` for whoever's is destroyed. */
  find(owners: ReadonlyArray<string>): Answer<ReadonlyMap<string, Uint8Array | undefined>> {
    const { sql, ask } = this.#postgres
    return Effect.map(
      ask(sql<Row>`SELECT owner, wrapped FROM data_keys WHERE owner = ANY(${owners})`),
      (rows) => new Map(rows.map(({ owner, wrapped }) => [owner, wrapped ?? undefined])),
    )
  }

  /** Keeps these keys for who has no row yet. Whoever was faster on another node stands: `find` afterwards. */
  keep(keys: ReadonlyArray<WrappedKey>): Answer<void> {
    const { sql, ask } = this.#postgres
    // One order for all nodes: two that keep the same ones would else wait for each other.
    const sorted = keys.toSorted((one, other) => (one.owner < other.owner ? -1 : 1))
    return Effect.asVoid(
      ask(
        sql`INSERT INTO data_keys (owner, wrapped)
            SELECT * FROM unnest(${sorted.map((key) => key.owner)}::text[], ${sorted.map((key) => key.wrapped)}::bytea[])
            ON CONFLICT (owner) DO NOTHING`,
      ),
    )
  }

  destroy(owner: string, at: number): Answer<void> {
    const { sql, transaction, schema } = this.#postgres
    return transaction(
      Effect.gen(function* () {
        yield* sql`SELECT pg_advisory_xact_lock(${lockClass}, hashtext(${schema}))`
        yield* sql`INSERT INTO data_keys (owner, destroyed_at, destroyed_number) VALUES (${owner}, ${at}, nextval('destroyed_keys'))
          ON CONFLICT (owner) DO UPDATE
          SET wrapped = NULL, destroyed_at = excluded.destroyed_at, destroyed_number = excluded.destroyed_number
          WHERE data_keys.wrapped IS NOT NULL`
      }),
    )
  }

  /** With a greater number, oldest first. */
  destroyedAfter(number: number): Answer<ReadonlyArray<Destroyed>> {
    const { sql, ask } = this.#postgres
    return ask(
      sql<Destroyed>`SELECT owner, destroyed_at AS at, destroyed_number AS number FROM data_keys
        WHERE destroyed_number > ${number} ORDER BY destroyed_number`,
    )
  }

  /** The number of the latest; 0 when there is none. */
  readonly latestDestroyed = (): Answer<number> => {
    const { sql, ask } = this.#postgres
    return Effect.map(
      ask(
        sql<{
          latest: number | null
        }>`SELECT max(destroyed_number) AS latest FROM data_keys WHERE destroyed_number IS NOT NULL`,
      ),
      ([row]) => row?.latest ?? 0,
    )
  }

  /** What the vault's master key unwraps; `undefined` before the first node has come. */
  readonly proof = (): Answer<Uint8Array | undefined> => {
    const { sql, ask } = this.#postgres
    return Effect.map(
      ask(sql<{ wrapped: Uint8Array }>`SELECT wrapped FROM master_key_proof`),
      ([row]) => row?.wrapped,
    )
  }

  /** The first one stands. */
  keepProof(wrapped: Uint8Array): Answer<void> {
    const { sql, ask } = this.#postgres
    return Effect.asVoid(
      ask(
        sql`INSERT INTO master_key_proof (one, wrapped) VALUES (1, ${wrapped}) ON CONFLICT (one) DO NOTHING`,
      ),
    )
  }
}
