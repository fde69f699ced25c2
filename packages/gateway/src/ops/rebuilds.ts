/**
 * The routes by which `parley rebuild` has a read model built anew: `POST /rebuild/{projection}` starts, `GET` tells how far it is.
 *
 * Always true: answers are JSON, either progress or {error, detail}. A page in a browser on the operator's machine can start nothing:
 * whatever comes with an `Origin` is refused.
 */
import type { IncomingMessage } from "node:http"
import {
  type ProjectionIsEffect,
  type RebuildProgress,
  type RebuildRunning,
  Rebuilds,
  type UnknownProjection,
} from "@parley/projections/Rebuilds"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

export interface RebuildAnswer {
  readonly status: number
  readonly body: RebuildProgress | { readonly error: string; readonly detail: string }
  readonly allow?: string
}

export type RebuildRoutes = (request: IncomingMessage, projection: string) => Promise<RebuildAnswer>

const refusal = (status: number, error: string, detail: string): RebuildAnswer => ({
  status,
  body: { error, detail },
})

const explain = (failure: UnknownProjection | ProjectionIsEffect | RebuildRunning): RebuildAnswer => {
  switch (failure._tag) {
    case "UnknownProjection":
      return refusal(
        404,
        "unknown_projection",
        `There is no projection ${failure.projection}. These can be rebuilt: ${failure.known.join(", ")}.`,
      )
    case "ProjectionIsEffect":
      return refusal(
        409,
        "is_effect",
        `${failure.projection} acts on the world. What it did cannot be done again, so it is never rebuilt.`,
      )
    case "RebuildRunning":
      return refusal(409, "already_running", `${failure.projection} is being rebuilt already.`)
  }
}

const ask = (rebuilds: Rebuilds["Service"], method: string | undefined, projection: string) => {
  if (method === "POST")
    return Effect.map(rebuilds.start(projection), (body): RebuildAnswer => ({ status: 202, body }))
  if (method === "GET")
    return Effect.map(rebuilds.progress(projection), (body): RebuildAnswer =>
      body === undefined
        ? refusal(404, "never_rebuilt", `${projection} has not been rebuilt since this server started.`)
        : { status: 200, body },
    )
  return Effect.succeed<RebuildAnswer>({
    ...refusal(405, "method_not_allowed", "POST starts a rebuild, GET tells how far it is."),
    allow: "GET, POST",
  })
}

/** Without `Rebuilds` around it, the server is made of parts that cannot rebuild, and says so. */
export const rebuildRoutes: Effect.Effect<RebuildRoutes> = Effect.gen(function* () {
  const context = yield* Effect.context<never>()
  const rebuilds = yield* Effect.serviceOption(Rebuilds)
  return (request, projection) => {
    if (request.headers.origin !== undefined)
      return Promise.resolve(refusal(403, "forbidden", "Pages in a browser may not rebuild."))
    if (Option.isNone(rebuilds))
      return Promise.resolve(refusal(501, "not_implemented", "This server cannot rebuild while it runs."))
    return ask(rebuilds.value, request.method, projection).pipe(
      Effect.catch((failure) => Effect.succeed(explain(failure))),
      Effect.catchCause((cause) =>
        Effect.as(
          Effect.logError("a rebuild failed", cause),
          refusal(500, "internal", "The cause is in the server's log."),
        ),
      ),
      Effect.runPromiseWith(context),
    )
  }
})
