/** The membership model in Postgres: for each user his conversations, and when he came and went. */
import * as Effect from "effect/Effect"
import { afterJoining, afterLeaving, comingsOf, type Stay } from "../membershipModel/comings.ts"
import { membershipModel, toMembership } from "../membershipModel/MembershipModel.ts"
import type { MembershipRow } from "../Membership.ts"
import { type AnyEvent, type ModelDefinition, type ModelEvent, noChanges } from "../Model.ts"
import { integers, texts } from "./arrays.ts"
import type { PostgresModel, Run } from "./PostgresModel.ts"

const definition: ModelDefinition<AnyEvent> = membershipModel

const table = `CREATE TABLE @memberships (
  person text COLLATE "C" NOT NULL,
  conversation text COLLATE "C" NOT NULL,
  joined_seq bigint NOT NULL,
  joined_position bigint NOT NULL,
  removed_seq bigint,
  removed_position bigint,
  PRIMARY KEY (person, conversation)
)`

const columns = `m.conversation, m.joined_seq AS "joinedSeq", m.joined_position AS "joinedPosition",
  m.removed_seq AS "removedSeq", m.removed_position AS "removedPosition"`

const sql = {
  stays: `SELECT m.person, ${columns} FROM unnest($1::text[], $2::text[]) AS asked(person, conversation)
          JOIN @memberships m ON m.person = asked.person AND m.conversation = asked.conversation`,
  save: `INSERT INTO @memberships (person, conversation, joined_seq, joined_position, removed_seq, removed_position)
         SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[])
         ON CONFLICT (person, conversation) DO UPDATE SET joined_seq = excluded.joined_seq,
           joined_position = excluded.joined_position, removed_seq = excluded.removed_seq, removed_position = excluded.removed_position`,
  of: `SELECT ${columns} FROM @memberships m
       WHERE m.person = $1 AND (m.removed_position IS NULL OR m.removed_position > $2) ORDER BY m.conversation`,
} as const

/** One person in one conversation, while a batch is applied. */
interface Line {
  readonly person: string
  readonly conversation: string
  stay: Stay | undefined
  changed: boolean
}

type Row = Stay & { readonly conversation: string }

/** Every stay that the batch is about, as it stands. */
const load = Effect.fnUntraced(function* (run: Run, events: ReadonlyArray<ModelEvent<AnyEvent>>) {
  const lines = new Map<string, Line>()
  for (const { event, subject: conversation } of events as ReadonlyArray<ModelEvent>) {
    const { joined, left } = comingsOf(event)
    for (const person of [...joined, ...left])
      lines.set(keyOf(person, conversation), { person, conversation, stay: undefined, changed: false })
  }
  const asked = [...lines.values()]
  const rows = yield* run<Row & { readonly person: string }>(
    sql.stays,
    texts(asked.map((line) => line.person)),
    texts(asked.map((line) => line.conversation)),
  )
  for (const { person, ...row } of rows) lines.get(keyOf(person, row.conversation))!.stay = row
  return lines
})

const keyOf = (person: string, conversation: string): string => `${person}\n${conversation}`

const apply = Effect.fnUntraced(function* (run: Run, events: ReadonlyArray<ModelEvent<AnyEvent>>) {
  const lines = yield* load(run, events)
  const change = (
    person: string,
    conversation: string,
    after: (stay: Stay | undefined) => Stay | undefined,
  ): void => {
    const line = lines.get(keyOf(person, conversation))!
    const stay = after(line.stay)
    line.changed ||= stay !== line.stay
    line.stay = stay
  }
  for (const { event, subject, recorded } of events as ReadonlyArray<ModelEvent>) {
    const { revision, position } = recorded
    const { joined, left } = comingsOf(event)
    for (const user of joined) change(user, subject, (stay) => afterJoining(stay, revision, position))
    for (const user of left) change(user, subject, (stay) => afterLeaving(stay, revision, position))
  }
  const changed = [...lines.values()].flatMap((line) =>
    line.changed && line.stay !== undefined
      ? [{ person: line.person, conversation: line.conversation, ...line.stay }]
      : [],
  )
  if (changed.length === 0) return
  yield* run(
    sql.save,
    texts(changed.map((row) => row.person)),
    texts(changed.map((row) => row.conversation)),
    integers(changed.map((row) => row.joinedSeq)),
    integers(changed.map((row) => row.joinedPosition)),
    integers(changed.map((row) => row.removedSeq)),
    integers(changed.map((row) => row.removedPosition)),
  )
})

export const membership: PostgresModel = {
  definition,
  version: 1,
  tables: [table],
  apply,
  changes: () => Effect.succeed(noChanges),
  query: (run, method, args) => {
    if (method !== "of") return Effect.die(new Error(`the membership model has no query ${method}`))
    return Effect.map(run<Row>(sql.of, ...args), (rows): ReadonlyArray<MembershipRow> =>
      rows.map(toMembership),
    )
  },
}
