/**
 * Push, put together: the deciding follower and what sends, for as long as the layer lives.
 *
 * Always true: an effect beside the path of a message. Nothing of a message waits for it; with trouble in it pushes are late.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { EventStore } from "@parley/runtime/EventStore"
import { Presence } from "@parley/runtime/Presence"
import { Spans } from "@parley/runtime/telemetry/Spans"
import { Audience } from "./Audience.ts"
import { followLog } from "./followLog.ts"
import { Notices } from "./Notices.ts"
import { PushQueue } from "./PushQueue.ts"
import { PushSender } from "./PushSender.ts"
import { PushTrails } from "./PushTrails.ts"
import { runPushes } from "./runPushes.ts"

export const layer: Layer.Layer<
  never,
  never,
  Audience | EventStore | Notices | Presence | PushQueue | PushSender
> = Layer.effectDiscard(
  Effect.gen(function* () {
    const [store, queue, audience] = [yield* EventStore, yield* PushQueue, yield* Audience]
    const { foreground } = yield* Presence
    const [notices, sender] = [yield* Notices, yield* PushSender]
    const spans = yield* Spans
    const trails = spans === undefined ? undefined : new PushTrails(spans)
    yield* Effect.forkScoped(followLog({ store, queue, audience, foreground, trails }))
    yield* Effect.forkScoped(runPushes({ queue, notices, sender, trails }))
  }),
)
