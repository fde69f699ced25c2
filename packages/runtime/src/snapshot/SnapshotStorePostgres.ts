/**
 * Snapshots in Postgres, for many nodes.
 *
 * Always true: a database that does not answer means that there are no snapshots, not that there is no service. Of two nodes that save
 * one stream the further one stands.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import type { PostgresFailure } from "../errors.ts"
import { EventStore } from "../EventStore.ts"
import type { MigrationSet } from "../postgres/migrate.ts"
import { Postgres } from "../postgres/Postgres.ts"
import { type Snapshot, SnapshotStore } from "../SnapshotStore.ts"

const maxWaiting = 1_000
/** Saved in one transaction. */
const maxTogether = 64
/** A load that takes longer than this is answered with "none". */
const loadTimeout = "1 second"

export const snapshotMigrations: MigrationSet = {
  name: "snapshots",
  migrations: [
    {
      number: 1,
      name: "snapshots",
      statements: [
        `CREATE TABLE snapshots (
           stream text PRIMARY KEY, epoch text NOT NULL, revision bigint NOT NULL, version integer NOT NULL, state text NOT NULL
         )`,
      ],
    },
  ],
}

const rowsOf = ({ sql, ask, transaction }: Postgres["Service"], epoch: string) => ({
  forgetOtherEpochs: ask(sql`DELETE FROM snapshots WHERE epoch <> ${epoch}`),
  load: (stream: string, version: number) =>
    Effect.map(
      ask(
        sql<Snapshot>`SELECT stream, revision, version, state FROM snapshots
          WHERE stream = ${stream} AND version = ${version} AND epoch = ${epoch}`,
      ),
      ([row]) => row,
    ),
  save: (snapshots: ReadonlyArray<Snapshot>) => {
    // One row cannot be written twice by one statement; and one order for all nodes, who would else wait for each other.
    const latest = new Map<string, Snapshot>()
    for (const each of snapshots) {
      const other = latest.get(each.stream)
      if (other?.version !== each.version || other.revision < each.revision) latest.set(each.stream, each)
    }
    const sorted = [...latest.values()].toSorted((one, other) => (one.stream < other.stream ? -1 : 1))
    return transaction(
      Effect.gen(function* () {
        // A crash that forgets the last snapshots costs a longer tail and nothing else.
        yield* sql`SET LOCAL synchronous_commit = off`
        yield* sql`INSERT INTO snapshots (stream, epoch, revision, version, state)
          SELECT stream, ${epoch}, revision, version, state FROM unnest(
            ${sorted.map((each) => each.stream)}::text[], ${sorted.map((each) => BigInt(each.revision))}::bigint[],
            ${sorted.map((each) => each.version)}::integer[], ${sorted.map((each) => each.state)}::text[]
          ) AS given (stream, revision, version, state)
          ON CONFLICT (stream) DO UPDATE SET epoch = excluded.epoch, revision = excluded.revision,
            version = excluded.version, state = excluded.state
          WHERE snapshots.epoch <> excluded.epoch OR snapshots.version <> excluded.version
            OR snapshots.revision < excluded.revision`
      }),
    )
  },
})

export const layer: Layer.Layer<SnapshotStore, PostgresFailure, Postgres | EventStore> = Layer.effect(
  SnapshotStore,
  Effect.gen(function* () {
    const { epoch } = yield* EventStore
    const postgres = yield* Postgres
    yield* postgres.migrate(snapshotMigrations)
    const rows = rowsOf(postgres, epoch)
    const waiting = yield* Queue.dropping<Snapshot>(maxWaiting)
    const saving = Effect.flatMap(Queue.takeBetween(waiting, 1, maxTogether), (taken) =>
      Effect.ignore(rows.save(taken)),
    )
    yield* Effect.ignore(rows.forgetOtherEpochs).pipe(
      Effect.andThen(Effect.forever(saving)),
      Effect.forkScoped,
    )
    return {
      load: (stream, version) =>
        rows.load(stream, version).pipe(
          Effect.timeoutOrElse({ duration: loadTimeout, orElse: () => Effect.succeed(undefined) }),
          Effect.catch(() => Effect.succeed(undefined)),
        ),
      save: (snapshot) => void Queue.offerUnsafe(waiting, snapshot),
    }
  }),
)
