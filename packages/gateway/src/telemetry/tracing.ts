/**
 * Whether the server traces. Off, nothing of OpenTelemetry is loaded, and whoever could make a span finds that there is nobody to make it.
 */
import type { SpanMaker } from "@parley/runtime/telemetry/Spans"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { TelemetrySettings } from "./telemetrySettings.ts"

/** Until the scope ends; what was made by then is exported, if that takes no longer than five seconds. */
export const tracing = Effect.fnUntraced(function* ({
  region,
  traces,
}: TelemetrySettings): Effect.fn.Return<SpanMaker | undefined, never, Scope.Scope> {
  if (!traces) return undefined
  const { openTelemetry } = yield* Effect.promise(() => import("./openTelemetry.ts"))
  return yield* openTelemetry(region)
})
