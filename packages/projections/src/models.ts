/** The services of the read models, over their hosts. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Record from "effect/Record"
import type * as Scope from "effect/Scope"
import type { Revocation } from "@parley/runtime/Broker"
import { EventStore } from "@parley/runtime/EventStore"
import { type Blocking, Directory } from "./Directory.ts"
import type { FollowedLog } from "./Follower.ts"
import { History } from "./History.ts"
import { type ActiveAnswer, type PageAnswer, toActive, toMaterial, toThread } from "./historyModel/answers.ts"
import type { ModelStats } from "./hosting/ModelHost.ts"
import { Membership } from "./Membership.ts"
import type { ModelName } from "./modelNamed.ts"
import type { Hosting } from "./rebuild/Hosting.ts"
import { inMemory, inWorkers } from "./rebuild/hostings.ts"
import { ModelSlot, type OnProgress } from "./rebuild/ModelSlot.ts"
import { hostFor } from "./rebuild/rebuildModel.ts"
import { makeRebuilds } from "./rebuild/rebuilds.ts"
import { Rebuilds } from "./Rebuilds.ts"
import { Receipts } from "./Receipts.ts"
import { type Repair, RepairFeed } from "./RepairFeed.ts"

/** How far each model has come, for `/metrics` and `/readyz`. */
export class ModelsStats extends Context.Service<
  ModelsStats,
  { readonly read: () => Readonly<Record<ModelName, ModelStats>> }
>()("@parley/projections/ModelsStats") {}

type Hosted = Directory | History | Membership | ModelsStats | Rebuilds | Receipts | RepairFeed

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

/** Progress of the history model is the repair feed. */
const services = Effect.fnUntraced(function* (
  hosting: Hosting,
): Effect.fn.Return<Context.Context<Hosted>, never, EventStore | Scope.Scope> {
  const context = yield* Effect.context<never>()
  const scope = yield* Effect.scope
  const complain = (defect: unknown): void => {
    Effect.runForkWith(context)(Effect.logError("A listener of a read model failed", defect))
  }
  const repairs = feedOf<Repair>(complain)
  const revocations = feedOf<Revocation>(complain)
  const blockings = feedOf<Blocking>(complain)
  const place = Effect.fnUntraced(function* (model: ModelName, onProgress: OnProgress) {
    const slot = new ModelSlot(onProgress)
    const hosted = yield* hostFor(hosting, slot, model, hosting.current(model), scope)
    slot.take(hosted.host)
    return { slot, hosted }
  })
  const places = yield* Effect.all(
    {
      history: place("history", (position, changes) => repairs.tell({ position, ...changes })),
      membership: place("membership", () => undefined),
      receipts: place("receipts", () => undefined),
      directory: place("directory", (_, { blocked = [], revoked = [] }) => {
        revoked.forEach(revocations.tell)
        blocked.forEach(blockings.tell)
      }),
    },
    { concurrency: "unbounded" },
  )
  const { history, membership, receipts, directory } = Record.map(places, ({ slot }) => slot)
  return Context.make(History, {
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
    Context.add(Rebuilds, yield* makeRebuilds(hosting, places, scope)),
    Context.add(ModelsStats, {
      read: () => ({
        history: history.stats(),
        membership: membership.stats(),
        receipts: receipts.stats(),
        directory: directory.stats(),
      }),
    }),
  )
})

/** A worker thread and a file for each model. */
export const layer = (options: {
  readonly log: string
  /** The model's first file; those of later rebuilds stand beside it. */
  readonly fileOf: (model: ModelName) => string
}): Layer.Layer<Hosted, never, EventStore> =>
  Layer.effectContext(Effect.suspend(() => services(inWorkers(options))))

/** Everything in this thread and in memory, for tests. */
export const layerMemory = (
  logOf: (store: EventStore["Service"]) => FollowedLog,
): Layer.Layer<Hosted, never, EventStore> =>
  Layer.effectContext(Effect.flatMap(EventStore, (store) => services(inMemory(logOf(store)))))
