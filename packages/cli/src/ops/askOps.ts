/**
 * Questions to the running server's operations port.
 *
 * Always true: an answer is what was asked for or the server's refusal; anything else, and nobody there, is a failure that says what to do.
 */
import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { CommandFailed } from "../CommandFailed.ts"
import { settings } from "../settings.ts"

const answerWithinMs = 10_000

export const Refusal = Schema.Struct({ error: Schema.String, detail: Schema.String })
export type Refusal = typeof Refusal.Type

/** `decode` throws for what is no answer. `need`: the first half of the remedy. */
export const askOps = <Answer>(
  request: { readonly base: string; readonly path: string; readonly method: "GET" | "POST" },
  decode: (body: unknown) => Answer,
  need: string,
): Effect.Effect<Answer, CommandFailed> =>
  Effect.tryPromise({
    try: async (signal) => {
      const { base, path, method } = request
      const within = AbortSignal.any([signal, AbortSignal.timeout(answerWithinMs)])
      return decode(await (await fetch(`${base}${path}`, { method, signal: within })).json())
    },
    catch: (cause) =>
      cause instanceof TypeError || (cause instanceof DOMException && cause.name === "TimeoutError")
        ? new CommandFailed({
            reason: `no server answers at ${request.base}.`,
            remedy: `${need} needs the running server: start it, or set PARLEY_OPS_HOST and PARLEY_OPS_PORT as it has them, or --ops.`,
          })
        : new CommandFailed({ reason: `what answers at ${request.base} is no operations port of Parley's.` }),
  })

export const refused = ({ detail }: Refusal): CommandFailed =>
  new CommandFailed({ reason: detail.replace(/\.?$/, ".") })

/** Where the port is: `--ops`, or as the server's settings say. */
export const opsBase = Effect.fnUntraced(function* ({
  ops,
  dataDir,
}: {
  readonly ops: string | undefined
  readonly dataDir: Option.Option<string>
}) {
  if (ops !== undefined) {
    if (URL.canParse(ops) && /^https?:/.test(ops)) return ops.replace(/\/+$/, "")
    return yield* new CommandFailed({ reason: "--ops is no URL such as http://127.0.0.1:9090." })
  }
  const { config } = yield* settings(dataDir)
  return `http://${config.opsHost.includes(":") ? `[${config.opsHost}]` : config.opsHost}:${config.opsPort}`
})
