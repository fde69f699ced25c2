/**
 * Which device registered a token or subscription last: a phone that changed hands, a browser in which somebody else has signed in, must
 * not show the earlier person's pushes.
 *
 * Always true: one holder for each target, one target for each device; what is kept of a target is a hash. It is a memory beside the log:
 * losing it forgets who held what, and nothing else. The file is opened at the first registration of a target, and not before.
 */
import { createHash } from "node:crypto"
import { DatabaseSync, type StatementSync } from "node:sqlite"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Unavailable } from "@parley/runtime/errors"
import { openOrBeginAnew } from "../../modelFile.ts"
import type { PushTarget } from "../PushSender.ts"

export interface Holder {
  readonly user: string
  readonly device: string
}

/** Tokens and endpoints are random and long: their hash tells nothing. */
export const hashOf = (target: PushTarget): Buffer =>
  createHash("sha256")
    .update(target.provider === "fcm" ? `fcm ${target.token}` : `webpush ${target.subscription.endpoint}`)
    .digest()

const connect = (file: string): DatabaseSync => {
  const database = new DatabaseSync(file)
  try {
    database.exec(`
      PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=1000;
      CREATE TABLE IF NOT EXISTS target (
        hash BLOB PRIMARY KEY, user TEXT NOT NULL, device TEXT NOT NULL, UNIQUE (user, device)
      ) STRICT, WITHOUT ROWID`)
    return database
  } catch (cause) {
    database.close()
    throw cause
  }
}

/** The file, from its first use on. */
class TargetFile {
  readonly #file: string
  #opened:
    | { readonly database: DatabaseSync; readonly find: StatementSync; readonly put: StatementSync }
    | undefined

  constructor(file: string) {
    this.#file = file
  }

  holderOf(target: PushTarget): Holder | undefined {
    return this.#open().find.get(hashOf(target)) as { user: string; device: string } | undefined
  }

  hold(target: PushTarget, { user, device }: Holder): void {
    this.#open().put.run(hashOf(target), user, device)
  }

  close(): void {
    this.#opened?.database.close()
  }

  #open() {
    if (this.#opened !== undefined) return this.#opened
    const database = openOrBeginAnew(this.#file, connect)
    const find = database.prepare("SELECT user, device FROM target WHERE hash = ?")
    const put = database.prepare("INSERT OR REPLACE INTO target (hash, user, device) VALUES (?, ?, ?)")
    return (this.#opened = { database, find, put })
  }
}

export class PushTargets extends Context.Service<
  PushTargets,
  {
    readonly holderOf: (target: PushTarget) => Effect.Effect<Holder | undefined, Unavailable>
    /** The device has this target from now on, and no other; nobody else has it. */
    readonly hold: (target: PushTarget, holder: Holder) => Effect.Effect<void, Unavailable>
  }
>()("@parley/projections/PushTargets") {
  /** @param file a path, or `:memory:`. A registration is a row: it is written in the caller's own thread. */
  static readonly layer = (file: string): Layer.Layer<PushTargets> =>
    Layer.effect(
      PushTargets,
      Effect.gen(function* () {
        const targets = yield* Effect.acquireRelease(
          Effect.sync(() => new TargetFile(file)),
          (held) => Effect.sync(() => held.close()),
        )
        const attempt = <A>(body: () => A): Effect.Effect<A, Unavailable> =>
          Effect.try({ try: body, catch: (cause) => cause }).pipe(
            Effect.tapError((cause) => Effect.logWarning(`${file} cannot be used`, cause)),
            Effect.mapError(() => new Unavailable({ reason: "push targets" })),
          )
        return {
          holderOf: (target) => attempt(() => targets.holderOf(target)),
          hold: (target, holder) => attempt(() => targets.hold(target, holder)),
        }
      }),
    )
}
