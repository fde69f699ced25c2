/**
 * One HTTP request on its way through a route: who asks, under which id, and how its body and query are read.
 *
 * Always true: a body is JSON of at most 1 MiB that came within 20 s, no deeper than the limit, without NUL and lone surrogates, and of
 * the route's schema, before a route sees it.
 */
import type { IncomingMessage } from "node:http"
import { jsonDepth, findForbidden, mayHoldForbidden } from "@parley/domain/wire/text"
import type { Decoded } from "@parley/domain/wire/decode"
import type { Unavailable } from "@parley/runtime/errors"
import type { Origin } from "@parley/runtime/Conversations"
import { randomPool } from "@parley/runtime/randomPool"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Access, AccessTokens } from "../auth/AccessTokens.ts"
import { type Refused, refuse, unavailable } from "../problems.ts"

const fresh = randomPool()
const maxBodyBytes = 1_048_576
const bodyTimeoutMs = 20_000

/** What is counted of whoever asks. */
export interface Gate {
  /** Where the request comes from, as far as that is believed. */
  readonly address: string
  /** A request of this user. */
  readonly known: (user: string) => Effect.Effect<void, Refused>
  /** A request without a valid token: fails with what is given, or, after too many, with the rate. A valid one is never refused for its address. */
  readonly stranger: (refused: Refused) => Effect.Effect<never, Refused>
}

export interface Call {
  readonly request: IncomingMessage
  readonly gate: Gate
  readonly requestId: string
  /** Milliseconds since 1970, finer than one. */
  readonly receivedAt: number
  /** W3C trace context: of the request's own span, where it is traced. */
  readonly traceparent?: string
  /** Without the query. */
  readonly path: string
  readonly query: URLSearchParams
  /** The path's parameters, decoded. */
  readonly params: Readonly<Record<string, string>>
}

export const freshRequestId = (): string => `req_${fresh(9).toString("hex")}`

export const originOf = ({ receivedAt, requestId, traceparent }: Call, access: Access): Origin => ({
  actor: access.userId,
  correlation: requestId,
  accepted: { at: receivedAt, by: "http" },
  ...(traceparent === undefined ? {} : { traceparent }),
})

/** The person behind the request. */
export const authenticate = (tokens: AccessTokens["Service"], call: Call): Effect.Effect<Access, Refused> => {
  const header = call.request.headers.authorization ?? ""
  const [scheme, token, ...rest] = header.split(" ")
  if (scheme?.toLowerCase() !== "bearer" || token === undefined || rest.length > 0)
    return call.gate.stranger(refuse("unauthenticated", "An access token is needed: Authorization: Bearer …"))
  return tokens.verify(token, call.requestId).pipe(
    Effect.catch((failure: { readonly _tag: "Unauthenticated" } | Unavailable) =>
      failure._tag === "Unauthenticated"
        ? call.gate.stranger(refuse("unauthenticated", "The access token is not valid."))
        : Effect.fail(unavailable()),
    ),
    Effect.tap(({ userId }) => call.gate.known(userId)),
  )
}

const tooLarge = (): Refused => refuse("payload_too_large", `A body has at most ${maxBodyBytes} bytes.`)

/** Stops reading as soon as the body is over its size or its time. */
const readBytes = (request: IncomingMessage): Effect.Effect<Buffer, Refused> =>
  Effect.callback((resume) => {
    if (Number(request.headers["content-length"] ?? 0) > maxBodyBytes) {
      resume(Effect.fail(tooLarge()))
      return
    }
    const chunks: Array<Buffer> = []
    let bytes = 0
    const stopReading = (): void => {
      clearTimeout(timer)
      request.pause()
      request.off("data", onData)
      request.off("end", onEnd)
      request.off("close", onCut)
    }
    const finish = (effect: Effect.Effect<Buffer, Refused>): void => {
      stopReading()
      resume(effect)
    }
    const onData = (chunk: Buffer): void => {
      bytes += chunk.length
      if (bytes > maxBodyBytes) finish(Effect.fail(tooLarge()))
      else chunks.push(chunk)
    }
    const onEnd = (): void => finish(Effect.succeed(Buffer.concat(chunks)))
    // Nobody is left to read the answer.
    const onCut = (): void => finish(Effect.fail(refuse("bad_request", "The body was cut off.")))
    const timer = setTimeout(
      () => finish(Effect.fail(refuse("bad_request", "The body did not arrive in time."))),
      bodyTimeoutMs,
    )
    request.on("data", onData)
    request.on("end", onEnd)
    request.on("close", onCut)
    return Effect.sync(stopReading)
  })

const utf8 = new TextDecoder("utf-8", { fatal: true })

const parse = (bytes: Buffer, maxDepth: number): unknown => {
  let text: string
  try {
    text = utf8.decode(bytes)
  } catch {
    throw refuse("bad_request", "The body is not UTF-8.")
  }
  if (jsonDepth(text, maxDepth) > maxDepth)
    throw refuse("bad_request", `The body is nested deeper than ${maxDepth}.`)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw refuse("bad_request", "The body is not JSON.")
  }
  const path = mayHoldForbidden(text) ? findForbidden(value) : undefined
  if (path !== undefined)
    throw refuse("bad_request", "A string holds a NUL or a lone surrogate.", {
      errors: [{ path, message: "Expected text without NUL and lone surrogates" }],
    })
  return value
}

export const readBody = <A>(
  call: Call,
  decode: (value: unknown) => Decoded<A>,
  maxDepth: number,
): Effect.Effect<A, Refused> => {
  const type = call.request.headers["content-type"]?.split(";")[0]?.trim().toLowerCase()
  if (type !== "application/json")
    return Effect.fail(refuse("unsupported_media_type", "Send application/json."))
  if ((call.request.headers["content-encoding"] ?? "identity") !== "identity")
    return Effect.fail(refuse("unsupported_media_type", "Send the body without a content encoding."))
  return Effect.flatMap(readBytes(call.request), (bytes) =>
    Effect.suspend(() => {
      try {
        const decoded = decode(parse(bytes, maxDepth))
        return decoded._tag === "Decoded"
          ? Effect.succeed(decoded.value)
          : Effect.fail(
              refuse("bad_request", "The body is not what this route takes.", { errors: decoded.errors }),
            )
      } catch (cause) {
        return (cause as Refused)._tag === "Refused" ? Effect.fail(cause as Refused) : Effect.die(cause)
      }
    }),
  )
}

/** `limit`: 1 to 200, above 200 is 200, else `bad_request`. */
export const limitOf = (call: Call): Effect.Effect<number, Refused> => {
  const given = call.query.get("limit")
  if (given === null) return Effect.succeed(50)
  if (!/^\d{1,15}$/.test(given) || Number(given) === 0)
    return Effect.fail(badQuery("limit", "Expected a whole number from 1"))
  return Effect.succeed(Math.min(200, Number(given)))
}

/** A `seq` in the query, if it is there. */
export const seqOf = (call: Call, name: string): Effect.Effect<number | undefined, Refused> => {
  const given = call.query.get(name)
  if (given === null) return Effect.succeed(undefined)
  if (!/^\d{1,15}$/.test(given)) return Effect.fail(badQuery(name, "Expected a seq: a whole number from 0"))
  return Effect.succeed(Number(given))
}

/** A parameter of the query in its schema's shape, if it is there. */
export const queryOf = <A extends string>(
  call: Call,
  name: string,
  schema: Schema.Codec<A, unknown>,
  expected: string,
): Effect.Effect<A | undefined, Refused> => {
  const given = call.query.get(name)
  if (given === null) return Effect.succeed(undefined)
  return Schema.is(schema)(given) ? Effect.succeed(given) : Effect.fail(badQuery(name, expected))
}

export const badQuery = (path: string, message: string): Refused =>
  refuse("bad_request", `The query's ${path} is not usable.`, { errors: [{ path, message }] })
