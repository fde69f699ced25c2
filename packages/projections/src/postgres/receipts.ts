/** The receipts model in Postgres: how far everybody has read, how far each device has got, and who hides his reading. */
import * as Effect from "effect/Effect"
import type { UserEvent } from "@parley/domain/user/events"
import type { Position } from "@parley/runtime/EventStore"
import { type AnyEvent, type ModelDefinition, type ModelEvent, noChanges } from "../Model.ts"
import { receiptOf } from "../receiptsModel/receipts.ts"
import { receiptsModel } from "../receiptsModel/ReceiptsModel.ts"
import { integers, texts } from "./arrays.ts"
import type { PostgresModel, Run } from "./PostgresModel.ts"
import { receiptsQuery } from "./receiptsQuery.ts"

const definition: ModelDefinition<AnyEvent> = receiptsModel

/** `device` is empty for reading. */
const tables = [
  `CREATE TABLE @conversations (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text COLLATE "C" NOT NULL UNIQUE)`,
  `CREATE TABLE @cursors (
     conversation integer NOT NULL,
     person text COLLATE "C" NOT NULL,
     device text COLLATE "C" NOT NULL,
     seq bigint NOT NULL,
     position bigint NOT NULL,
     PRIMARY KEY (conversation, person, device)
   )`,
  "CREATE INDEX @moved ON @cursors (conversation, position)",
  "CREATE INDEX @own ON @cursors (person, position) WHERE device = ''",
  `CREATE TABLE @privacy (person text COLLATE "C" PRIMARY KEY, hides boolean NOT NULL, position bigint NOT NULL)`,
]

const sql = {
  name: `INSERT INTO @conversations (name)
         SELECT asked.name FROM unnest($1::text[]) AS asked(name)
         WHERE NOT EXISTS (SELECT 1 FROM @conversations c WHERE c.name = asked.name)`,
  move: `INSERT INTO @cursors AS x (conversation, person, device, seq, position)
         SELECT c.id, asked.person, asked.device, asked.seq, asked.position
         FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[])
           AS asked(name, person, device, seq, position)
         JOIN @conversations c ON c.name = asked.name
         ON CONFLICT (conversation, person, device) DO UPDATE SET seq = excluded.seq, position = excluded.position
         WHERE excluded.seq > x.seq`,
  hide: `INSERT INTO @privacy AS p (person, hides, position) SELECT * FROM unnest($1::text[], $2::boolean[], $3::bigint[])
         ON CONFLICT (person) DO UPDATE SET hides = excluded.hides, position = excluded.position
         WHERE excluded.position > p.position`,
} as const

interface Cursor {
  readonly conversation: string
  readonly person: string
  readonly device: string
  readonly seq: number
  readonly position: Position
}

interface Privacy {
  readonly person: string
  readonly hides: boolean
  readonly position: Position
}

/** The highest of each cursor in the batch, with the event that moved it there, and everybody's last word on hiding. */
const gather = (events: ReadonlyArray<ModelEvent<UserEvent>>) => {
  const cursors = new Map<string, Cursor>()
  const privacy = new Map<string, Privacy>()
  for (const { event, subject: person, recorded } of events) {
    const { position } = recorded
    const receipt = receiptOf(event)
    if (receipt?._tag === "Hides") privacy.set(person, { person, hides: receipt.hides, position })
    if (receipt?._tag !== "Moved") continue
    const { device } = receipt
    for (const [conversation, seq] of Object.entries(receipt.cursors)) {
      const key = `${conversation}\n${person}\n${device}`
      if (seq > (cursors.get(key)?.seq ?? -1))
        cursors.set(key, { conversation, person, device, seq, position })
    }
  }
  return { cursors: [...cursors.values()], privacy: [...privacy.values()] }
}

const apply = Effect.fnUntraced(function* (run: Run, events: ReadonlyArray<ModelEvent<AnyEvent>>) {
  const { cursors, privacy } = gather(events as ReadonlyArray<ModelEvent<UserEvent>>)
  if (cursors.length > 0) {
    yield* run(sql.name, texts([...new Set(cursors.map((cursor) => cursor.conversation))]))
    yield* run(
      sql.move,
      texts(cursors.map((cursor) => cursor.conversation)),
      texts(cursors.map((cursor) => cursor.person)),
      texts(cursors.map((cursor) => cursor.device)),
      integers(cursors.map((cursor) => cursor.seq)),
      integers(cursors.map((cursor) => cursor.position)),
    )
  }
  if (privacy.length > 0)
    yield* run(
      sql.hide,
      texts(privacy.map((one) => one.person)),
      texts(privacy.map((one) => String(one.hides))),
      integers(privacy.map((one) => one.position)),
    )
})

export const receipts: PostgresModel = {
  definition,
  version: 1,
  tables,
  apply,
  changes: () => Effect.succeed(noChanges),
  query: receiptsQuery,
}
