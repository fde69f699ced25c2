/**
 * A job made ready for its sender: access checked again, the present unread numbers, the words.
 *
 * Always true: as of the call. What a person may not see any more, has read, muted or deleted meanwhile is dropped, not sent.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { Unavailable } from "@parley/runtime/errors"
import type { PushJob } from "./PushQueue.ts"
import type { PushNotice, PushTarget } from "./PushSender.ts"

/** Why nothing is sent: a word, as `PushDecision.reason`. */
export type Needless =
  | "no_push_device"
  | "blocked"
  | "muted"
  | "quiet_hours"
  | "no_access"
  | "read"
  | "deleted"

export type Prepared =
  | { readonly _tag: "Ready"; readonly target: PushTarget; readonly notice: PushNotice }
  | { readonly _tag: "Needless"; readonly reason: Needless }

export class Notices extends Context.Service<
  Notices,
  {
    readonly prepare: (job: PushJob) => Effect.Effect<Prepared, Unavailable>
    /** The service says that nobody is reached there: taken away from the device, unless it has another by now. */
    readonly gone: (job: PushJob, target: PushTarget) => Effect.Effect<void, Unavailable>
  }
>()("@parley/projections/push/Notices") {}
