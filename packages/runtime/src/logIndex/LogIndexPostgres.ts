/**
 * The log index on Postgres, for many nodes.
 *
 * Always true: lines and position are one transaction that begins with the compare-and-set of the position's row, so of many who
 * apply at one place one does and the others find it moved. An answer is one statement: of the lines and the epoch as of one moment.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Request from "effect/Request"
import * as RequestResolver from "effect/RequestResolver"
import type { SqlError } from "effect/sql/SqlError"
import { type PostgresFailure, StoreUnavailable } from "../errors.ts"
import type { EventMark, MarksWanted, MessageKey, StandingMark } from "../EventStore.ts"
import { type IndexBatch, LogIndex, type StreamLines } from "../LogIndex.ts"
import { byIndex } from "../postgres/byIndex.ts"
import type { MigrationSet } from "../postgres/migrate.ts"
import { oneAtATime } from "../oneAtATime.ts"
import { Postgres } from "../postgres/Postgres.ts"

/** `C`: keys are compared by their bytes, whatever the server's language. */
export const logIndexMigrations: MigrationSet = {
  name: "log index",
  migrations: [
    {
      number: 1,
      name: "keys and marks",
      statements: [
        "CREATE TABLE log_index_place (one integer PRIMARY KEY CHECK (one = 1), epoch text NOT NULL, position bigint NOT NULL)",
        `CREATE TABLE message_keys (
           stream text COLLATE "C", sender text COLLATE "C", client_msg_id text COLLATE "C",
           seq bigint NOT NULL, message_id text NOT NULL, mac text NOT NULL, ts bigint NOT NULL,
           PRIMARY KEY (stream, sender, client_msg_id)
         )`,
        `CREATE TABLE event_marks (
           stream text COLLATE "C", seq bigint, key text COLLATE "C", value text NOT NULL, PRIMARY KEY (stream, seq, key)
         )`,
      ],
    },
  ],
}

type Sql = Postgres["Service"]["sql"]
type Statements<A> = Effect.Effect<A, SqlError>

/** Rows of one statement: its arrays are held in memory on both sides. */
const maxRows = 5_000
/** Answered by one statement. */
const maxLookups = 500

const chunks = <A>(all: ReadonlyArray<A>): ReadonlyArray<ReadonlyArray<A>> =>
  Array.from({ length: Math.ceil(all.length / maxRows) }, (_, n) => all.slice(n * maxRows, (n + 1) * maxRows))

const column = <A, B>(rows: ReadonlyArray<A>, of: (row: A) => B): ReadonlyArray<B> => rows.map(of)
/** As one type: the client would send small ones and large ones as two. */
const numbers = <A>(rows: ReadonlyArray<A>, of: (row: A) => number): ReadonlyArray<bigint> =>
  rows.map((row) => BigInt(of(row)))

interface KeyRow extends MessageKey {
  readonly stream: string
}
interface MarkRow extends EventMark {
  readonly stream: string
}

/** Of two lines with one key the first stands. */
const addKeys = (sql: Sql, keys: ReadonlyArray<KeyRow>): Statements<unknown> =>
  Effect.forEach(
    chunks(keys),
    (rows) => sql`INSERT INTO message_keys (stream, sender, client_msg_id, seq, message_id, mac, ts)
      SELECT * FROM unnest(
        ${column(rows, (row) => row.stream)}::text[], ${column(rows, (row) => row.sender)}::text[],
        ${column(rows, (row) => row.clientMsgId)}::text[], ${numbers(rows, (row) => row.seq)}::bigint[],
        ${column(rows, (row) => row.messageId)}::text[], ${column(rows, (row) => row.mac)}::text[],
        ${numbers(rows, (row) => row.ts)}::bigint[]
      ) ON CONFLICT DO NOTHING`,
    { discard: true },
  )

const addMarks = Effect.fnUntraced(function* (
  sql: Sql,
  marks: ReadonlyArray<MarkRow>,
): Effect.fn.Return<void, SqlError> {
  // One statement writes a row once: the last of each line decides.
  const last = new Map(marks.map((mark) => [JSON.stringify([mark.stream, mark.seq, mark.key]), mark]))
  const gone = [...last.values()].filter((mark) => mark.value === null)
  const standing = [...last.values()].filter((mark) => mark.value !== null)
  for (const rows of chunks(gone))
    yield* sql`DELETE FROM event_marks USING unnest(
        ${column(rows, (row) => row.stream)}::text[], ${numbers(rows, (row) => row.seq)}::bigint[],
        ${column(rows, (row) => row.key)}::text[]
      ) AS gone (stream, seq, key)
      WHERE event_marks.stream = gone.stream AND event_marks.seq = gone.seq AND event_marks.key = gone.key`
  for (const rows of chunks(standing))
    yield* sql`INSERT INTO event_marks (stream, seq, key, value)
      SELECT * FROM unnest(
        ${column(rows, (row) => row.stream)}::text[], ${numbers(rows, (row) => row.seq)}::bigint[],
        ${column(rows, (row) => row.key)}::text[], ${column(rows, (row) => row.value)}::text[]
      ) ON CONFLICT (stream, seq, key) DO UPDATE SET value = excluded.value`
})

/** Whether the index stood there. From then on, and until the transaction ends, nobody else moves it. */
const move = Effect.fnUntraced(function* (
  sql: Sql,
  { epoch, after, to }: IndexBatch,
): Effect.fn.Return<boolean, SqlError> {
  const moved =
    yield* sql`UPDATE log_index_place SET position = ${to} WHERE epoch = ${epoch} AND position = ${after}
    RETURNING 1`
  if (moved.length > 0) return true
  if (after !== -1) return false
  const begun = yield* sql`INSERT INTO log_index_place (one, epoch, position) VALUES (1, ${epoch}, ${to})
    ON CONFLICT (one) DO UPDATE SET epoch = excluded.epoch, position = excluded.position
    WHERE log_index_place.epoch <> excluded.epoch
    RETURNING 1`
  if (begun.length === 0) return false
  yield* sql`TRUNCATE message_keys, event_marks`
  return true
})

const withStream = <A>(lines: ReadonlyArray<StreamLines>, of: (one: StreamLines) => ReadonlyArray<A>) =>
  lines.flatMap((one) => of(one).map((line) => ({ ...line, stream: one.stream })))

interface KeyLookup extends Request.Request<ReadonlyArray<MessageKey>, PostgresFailure> {
  readonly _tag: "KeyLookup"
  readonly epoch: string
  readonly stream: string
  readonly keys: ReadonlyArray<{ readonly sender: string; readonly clientMsgId: string }>
}
const KeyLookup = Request.tagged<KeyLookup>("KeyLookup")

/**
 * What each asks for. `LATERAL` with a limit or offset, so that each wanted key is one descent of the index. A plain join may read all keys of the
 * stream, which are as many as its messages.
 */
const lookupKeys = Effect.fnUntraced(function* (
  sql: Sql,
  epoch: string,
  lookups: ReadonlyArray<KeyLookup>,
): Effect.fn.Return<ReadonlyArray<ReadonlyArray<MessageKey>>, SqlError> {
  const wanted = lookups.flatMap(({ stream, keys }, asker) => keys.map((key) => ({ ...key, stream, asker })))
  const found = yield* sql<
    MessageKey & { readonly asker: number }
  >`SELECT wanted.asker, m.sender, m.client_msg_id AS "clientMsgId", m.seq, m.message_id AS "messageId", m.mac, m.ts
    FROM unnest(
      ${column(wanted, (one) => one.stream)}::text[], ${column(wanted, (one) => one.sender)}::text[],
      ${column(wanted, (one) => one.clientMsgId)}::text[], ${numbers(wanted, (one) => one.asker)}::bigint[]
    ) WITH ORDINALITY AS wanted (stream, sender, client_msg_id, asker, number)
    CROSS JOIN LATERAL (
      SELECT * FROM message_keys
      WHERE stream = wanted.stream AND sender = wanted.sender AND client_msg_id = wanted.client_msg_id LIMIT 1
    ) AS m
    WHERE EXISTS (SELECT 1 FROM log_index_place WHERE epoch = ${epoch})
    ORDER BY wanted.number`
  const answers: Array<Array<MessageKey>> = lookups.map(() => [])
  for (const { asker, ...line } of found) answers[asker]!.push(line)
  return answers
})

/**
 * Look-ups of keys, one statement at a time: what is asked for while one is at work goes into the next. Each message that is sent asks, so under
 * load a statement serves many.
 */
const keyLookups = ({ sql, ask }: Postgres["Service"]): RequestResolver.RequestResolver<KeyLookup> =>
  RequestResolver.makeGrouped<KeyLookup, string>({
    key: ({ request }) => request.epoch,
    resolver: (entries, epoch) => {
      const asked = entries.map(({ request }) => request)
      return Effect.map(ask(lookupKeys(sql, epoch, asked)), (answers) =>
        entries.forEach((entry, at) => entry.completeUnsafe(Exit.succeed(answers[at]!))),
      )
    },
  }).pipe(oneAtATime, RequestResolver.batchN(maxLookups))

/** Each wanted key as a range of keys. The slash is followed by the zero: no key that begins otherwise lies between. */
const rangesOf = (wanted: ReadonlyArray<MarksWanted>) =>
  wanted.flatMap(({ seq, keys }) =>
    keys.map((key) =>
      key.endsWith("/") ? { seq, from: key, to: `${key.slice(0, -1)}0` } : { seq, from: key, to: null },
    ),
  )

const lookupMarks = Effect.fnUntraced(function* (
  sql: Sql,
  epoch: string,
  stream: string,
  wanted: ReadonlyArray<MarksWanted>,
): Effect.fn.Return<ReadonlyArray<StandingMark>, SqlError> {
  const ranges = rangesOf(wanted)
  const plain = ranges.filter((range) => range.to === null)
  const begun = ranges.filter((range) => range.to !== null)
  if (ranges.length === 0) return []
  return yield* sql<StandingMark>`SELECT seq, key, value FROM (
      SELECT m.seq, m.key, m.value
      FROM unnest(${numbers(plain, (one) => one.seq)}::bigint[], ${column(plain, (one) => one.from)}::text[]) AS wanted (seq, key)
      CROSS JOIN LATERAL (
        SELECT * FROM event_marks WHERE stream = ${stream} AND seq = wanted.seq AND key = wanted.key LIMIT 1
      ) AS m
      UNION
      SELECT m.seq, m.key, m.value
      FROM unnest(
        ${numbers(begun, (one) => one.seq)}::bigint[], ${column(begun, (one) => one.from)}::text[],
        ${column(begun, (one) => one.to)}::text[]
      ) AS wanted (seq, low, high)
      CROSS JOIN LATERAL (
        SELECT * FROM event_marks
        WHERE stream = ${stream} AND seq = wanted.seq AND key > wanted.low AND key < wanted.high OFFSET 0
      ) AS m
    ) AS found
    WHERE EXISTS (SELECT 1 FROM log_index_place WHERE epoch = ${epoch})
    ORDER BY seq, key`
})

const unavailable = (failure: PostgresFailure): StoreUnavailable =>
  new StoreUnavailable({
    reason: failure._tag === "PostgresUnavailable" ? failure.reason : `${failure.reason}: ${failure.detail}`,
  })

export const layer: Layer.Layer<LogIndex, PostgresFailure, Postgres> = Layer.effect(
  LogIndex,
  Effect.gen(function* () {
    const postgres = yield* Postgres
    const { sql, ask, transaction, migrate } = postgres
    const lookups = keyLookups(postgres)
    yield* migrate(logIndexMigrations)
    return {
      position: (epoch) =>
        ask(sql<{ position: number }>`SELECT position FROM log_index_place WHERE epoch = ${epoch}`).pipe(
          Effect.map(([row]) => row?.position ?? -1),
          Effect.mapError(unavailable),
        ),
      apply: (batch) =>
        transaction(
          Effect.gen(function* () {
            if (batch.to <= batch.after)
              return yield* Effect.die(new Error("a batch of the log index goes forward"))
            yield* byIndex(sql)
            if (!(yield* move(sql, batch))) return false
            yield* addKeys(
              sql,
              withStream(batch.lines, (one) => one.keys),
            )
            yield* addMarks(
              sql,
              withStream(batch.lines, (one) => one.marks),
            )
            return true
          }),
        ).pipe(Effect.mapError(unavailable)),
      lookupKeys: (epoch, stream, keys) =>
        keys.length === 0
          ? Effect.succeed([])
          : Effect.request(KeyLookup({ epoch, stream, keys }), lookups).pipe(Effect.mapError(unavailable)),
      lookupMarks: (epoch, stream, wanted) =>
        ask(lookupMarks(sql, epoch, stream, wanted)).pipe(Effect.mapError(unavailable)),
    }
  }),
)
