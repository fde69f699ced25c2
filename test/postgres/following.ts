/** Models in Postgres brought to the end of a generated log, and what they answer beside what those in SQLite answer. */
import { Follower } from "@parley/projections/Follower"
import type { ByActivity, Page } from "@parley/projections/History"
import {
  type ActiveAnswer,
  type PageAnswer,
  toActive,
  toMaterial,
  toThread,
} from "@parley/projections/historyModel/answers"
import { type ModelName, modelNamed } from "@parley/projections/modelNamed"
import { type Poisoned, step, type SteppedDown } from "@parley/projections/postgres/following"
import { openGeneration, type Place, tablesOf } from "@parley/projections/postgres/generations"
import { postgresModelNamed } from "@parley/projections/postgres/postgresModelNamed"
import type { PostgresModel } from "@parley/projections/postgres/PostgresModel"
import type { PostgresFailure, StoreUnavailable } from "@parley/runtime/errors"
import type { ReadAll } from "@parley/runtime/EventStore"
import { Postgres } from "@parley/runtime/postgres/Postgres"
import * as Effect from "effect/Effect"
import type { ArrayLog } from "../../packages/projections/test/ArrayLog.ts"
import { conversations, everybody, pagesUpTo } from "../../packages/projections/test/following.ts"

export type Question = readonly [method: string, args: ReadonlyArray<unknown>]

const storeOf = (log: ArrayLog) => ({
  headPosition: Effect.sync(log.headPosition),
  readAll: ({ after = -1, limit, prefixes = [] }: ReadAll) =>
    Effect.sync(() => log.readAll({ from: after + 1, limit, prefixes })),
})

/** The place from which to go on; another epoch than the tables' makes them anew. */
export const open = Effect.fnUntraced(function* (
  name: ModelName,
  log: ArrayLog,
  model: PostgresModel = postgresModelNamed[name],
) {
  const postgres = yield* Postgres
  const wanted = { epoch: log.currentEpoch, head: Effect.sync(log.headPosition) }
  return yield* postgres.transaction(openGeneration(postgres, model, "current", wanted))
})

export const catchUp = Effect.fnUntraced(function* (
  name: ModelName,
  log: ArrayLog,
  from: Place,
): Effect.fn.Return<Place, SteppedDown | Poisoned | PostgresFailure | StoreUnavailable, Postgres> {
  const postgres = yield* Postgres
  let place = from
  for (;;) {
    const next = yield* step(storeOf(log), postgres, postgresModelNamed[name], place)
    place = next.place
    if (!next.more) return place
  }
})

/** Rows of a page come with the reader's own reactions in any order: what they become is compared. */
const become = (method: string, answer: unknown): unknown => {
  switch (method) {
    case "page":
      return toMaterial(answer as PageAnswer | undefined)
    case "thread":
      return toThread(answer as PageAnswer | undefined)
    case "byActivity":
      return (answer as ReadonlyArray<ActiveAnswer>).map(toActive)
    default:
      return answer
  }
}

export const answersOf = Effect.fnUntraced(function* (
  name: ModelName,
  { generation }: Place,
  questions: ReadonlyArray<Question>,
) {
  const postgres = yield* Postgres
  const model = postgresModelNamed[name]
  const run = tablesOf(postgres.sql, model, generation)
  return yield* Effect.forEach(questions, ([method, args]) =>
    Effect.map(postgres.ask(model.query(run, method, args)), (answer) => [
      method,
      args,
      become(method, answer),
    ]),
  )
})

/** Of the model in SQLite, at the log's end. */
export const expectedOf = (name: ModelName, log: ArrayLog, questions: ReadonlyArray<Question>) => {
  const follower = new Follower(modelNamed[name], log, ":memory:")
  while (follower.step().more);
  const answers = questions.map(([method, args]) => [
    method,
    args,
    become(method, follower.query(method, args)),
  ])
  follower.close()
  return answers
}

const messageIds = (log: ArrayLog): ReadonlyArray<string> =>
  log.events
    .filter(({ type }) => type === "MessageSent")
    .map(({ data }) => (JSON.parse(data) as { readonly message_id: string }).message_id)

const byActivity = (user: string, page: ByActivity): Question => ["byActivity", [user, page]]

const ofConversation = (log: ArrayLog, user: string, conversation: string): ReadonlyArray<Question> => [
  ["view", [conversation, user]],
  ["roster", [conversation, user, undefined, 2]],
  ["roster", [conversation, user, "bob", 10]],
  ["membersAmong", [conversation, [...everybody, user, "nobody"]]],
  ...pagesUpTo(20, 5).map((page): Question => ["page", [conversation, user, page]]),
  ...messageIds(log)
    .slice(0, 3)
    .map((root): Question => {
      const page: Page = { _tag: "After", after: -1, limit: 3 }
      return ["thread", [conversation, user, root, page]]
    }),
]

/** Everything that can be asked of each model, by everybody. */
export const questionsOf: Readonly<Record<ModelName, (log: ArrayLog) => ReadonlyArray<Question>>> = {
  history: (log) => [
    ...everybody.flatMap((user): ReadonlyArray<Question> => [
      byActivity(user, { asOf: Number.MAX_SAFE_INTEGER, limit: 10 }),
      byActivity(user, { asOf: 20, before: 18, limit: 2 }),
      ...[0, 3, 9, 99].map((read): Question => ["markers", [user, conversations.map((id) => [id, read])]]),
      ["companions", [user, "", 3]],
      ["companions", [user, "bob", 10]],
      ["companionsAmong", [user, ["zoe", "eve", "ann", "ann"]]],
      ...conversations.flatMap((conversation) => ofConversation(log, user, conversation)),
    ]),
    ["covered", [conversations.map((conversation) => ({ conversation, after: 2, upTo: 12 }))]],
    [
      "covered",
      [[...conversations, "cnv_none"].map((conversation) => ({ conversation, after: -1, upTo: 99 }))],
    ],
    ["sample", [[0, 0]]],
    ["sample", [[0.5, 0.999]]],
  ],
  membership: () =>
    everybody.flatMap((user): ReadonlyArray<Question> => [
      ["of", [user, -1]],
      ["of", [user, 30]],
    ]),
  receipts: () => [
    ...conversations.map((id): Question => ["ofUsers", [id, [...everybody, "ann"]]]),
    ...everybody.flatMap((user): ReadonlyArray<Question> => [
      ["read", [user, conversations]],
      ["moved", [user, conversations, { since: -1, limit: 100 }]],
      ["moved", [user, conversations.toReversed(), { since: 20, limit: 2 }]],
    ]),
  ],
  directory: () => [
    ["people", ["", 10]],
    ["people", ["ann", 1]],
    ["among", [["cid", "nobody", "ann"]]],
  ],
}
