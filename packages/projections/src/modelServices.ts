/** The services of the read models, over whatever answers for each of them: a thread with a file, or tables in Postgres. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { Revocation } from "@parley/runtime/Broker"
import type { Position } from "@parley/runtime/EventStore"
import type { Unavailable } from "@parley/runtime/errors"
import { type Blocking, Directory } from "./Directory.ts"
import { History } from "./History.ts"
import { type ActiveAnswer, type PageAnswer, toActive, toMaterial, toThread } from "./historyModel/answers.ts"
import type { ModelStats } from "./hosting/ModelHost.ts"
import { Membership } from "./Membership.ts"
import type { Changes } from "./Model.ts"
import type { ModelName } from "./modelNamed.ts"
import { Receipts } from "./Receipts.ts"
import { type Repair, RepairFeed } from "./RepairFeed.ts"

/** How far each model has come, for `/metrics` and `/readyz`. */
export class ModelsStats extends Context.Service<
  ModelsStats,
  { readonly read: () => Readonly<Record<ModelName, ModelStats>> }
>()("@parley/projections/ModelsStats") {}

/** Who answers for one model. */
export interface Answering {
  readonly position: Position
  readonly stats: () => ModelStats
  readonly ask: <A>(method: string, ...args: ReadonlyArray<unknown>) => Effect.Effect<A, Unavailable>
  /** As `caughtUp`, then `ask`. */
  readonly askAsOf: <A>(
    position: Position,
    method: string,
    ...args: ReadonlyArray<unknown>
  ) => Effect.Effect<A, Unavailable>
  readonly caughtUp: (position: Position) => Effect.Effect<void, Unavailable>
}

export type ModelServices = Directory | History | Membership | ModelsStats | Receipts | RepairFeed

/** Whoever subscribed, told in turn. A listener that breaks is loud, but not in the way of the others. */
const feedOf = <A>(onDefect: (defect: unknown) => void) => {
  const listeners = new Set<(told: A) => void>()
  return {
    tell: (told: A): void => {
      for (const listener of listeners) {
        try {
          listener(told)
        } catch (defect) {
          onDefect(defect)
        }
      }
    },
    subscribe: (receive: (told: A) => void): Effect.Effect<() => void> =>
      Effect.sync(() => {
        const own = (told: A): void => receive(told)
        listeners.add(own)
        return () => void listeners.delete(own)
      }),
  }
}

/** What the models tell while they follow, and who listens. */
export const makeFeeds = Effect.gen(function* () {
  const context = yield* Effect.context<never>()
  const complain = (defect: unknown): void => {
    Effect.runForkWith(context)(Effect.logError("A listener of a read model failed", defect))
  }
  const repairs = feedOf<Repair>(complain)
  const revocations = feedOf<Revocation>(complain)
  const blockings = feedOf<Blocking>(complain)
  /** Progress of the history model is the repair feed. */
  const progressed: Readonly<Record<ModelName, (position: Position, changes: Changes) => void>> = {
    history: (position, changes) => repairs.tell({ position, ...changes }),
    membership: () => undefined,
    receipts: () => undefined,
    directory: (_, { blocked = [], revoked = [] }) => {
      revoked.forEach(revocations.tell)
      blocked.forEach(blockings.tell)
    },
  }
  return { repairs, revocations, blockings, progressed }
})

export const servicesOver = (
  { history, membership, receipts, directory }: Readonly<Record<ModelName, Answering>>,
  { repairs, revocations, blockings }: Effect.Success<typeof makeFeeds>,
): Context.Context<ModelServices> =>
  Context.make(History, {
    position: Effect.sync(() => history.position),
    caughtUp: history.caughtUp,
    view: (conversation, user) => history.ask("view", conversation, user),
    page: (conversation, user, page) =>
      Effect.map(history.ask<PageAnswer | undefined>("page", conversation, user, page), toMaterial),
    roster: (conversation, user, after, limit) => history.ask("roster", conversation, user, after, limit),
    thread: (conversation, user, root, page) =>
      Effect.map(history.ask<PageAnswer | undefined>("thread", conversation, user, root, page), toThread),
    byActivity: (user, page) =>
      Effect.map(history.ask<ReadonlyArray<ActiveAnswer>>("byActivity", user, page), (rows) =>
        rows.map(toActive),
      ),
    markers: (user, readUpTo) => history.ask("markers", user, readUpTo),
    covered: (stretches) => history.ask("covered", stretches),
    membersAmong: (conversation, users) => history.ask("membersAmong", conversation, users),
    companions: (user, after, limit) => history.ask("companions", user, after, limit),
    companionsAmong: (user, users) => history.ask("companionsAmong", user, users),
    sample: (at) => history.ask("sample", at),
  }).pipe(
    Context.add(Membership, {
      position: Effect.sync(() => membership.position),
      caughtUp: membership.caughtUp,
      of: (user, removedAfter, asOf = -1) => membership.askAsOf(asOf, "of", user, removedAfter),
    }),
    Context.add(Receipts, {
      position: Effect.sync(() => receipts.position),
      caughtUp: receipts.caughtUp,
      read: (user, conversations) => receipts.ask("read", user, conversations),
      ofUsers: (conversation, users) => receipts.ask("ofUsers", conversation, users),
      moved: (user, conversations, { asOf, ...range }) =>
        receipts.askAsOf(asOf, "moved", user, conversations, range),
    }),
    Context.add(Directory, {
      position: Effect.sync(() => directory.position),
      caughtUp: directory.caughtUp,
      people: (after, limit) => directory.ask("people", after, limit),
      among: (users) => directory.ask("among", users),
      onRevoked: revocations.subscribe,
      onBlocked: blockings.subscribe,
    }),
    Context.add(RepairFeed, { subscribe: repairs.subscribe }),
    Context.add(ModelsStats, {
      read: () => ({
        history: history.stats(),
        membership: membership.stats(),
        receipts: receipts.stats(),
        directory: directory.stats(),
      }),
    }),
  )
