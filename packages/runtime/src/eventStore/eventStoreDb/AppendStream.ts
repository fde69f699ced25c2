/**
 * All appends of a store over one stream of `BatchAppend`: half the cost of a call for each.
 *
 * Always true: an answer settles its own append and nothing else; when the stream breaks, the outcome of those that were on it is unknown,
 * and the next append opens another. At most `maxBytes` are unanswered on a stream; more is refused, unsent.
 * Instead of the official client's own batch appends, whose promises stand in one map for the whole process: there, a stream that breaks
 * while another is open ends in an exception that nobody can catch.
 */
import { randomUUID } from "node:crypto"
import * as Effect from "effect/Effect"
import type { Append, Appended } from "../../EventStore.ts"
import { appendBytes } from "../checkAppend.ts"
import { batchRequest, correlationOf, errorOf, placeOfAppended } from "./batchMessages.ts"
import type { BatchCall } from "./oneClient.ts"

const maxBytes = 16 * 1024 * 1024

type Answer = Parameters<typeof errorOf>[0]

interface Sent {
  readonly bytes: number
  /** Nobody waits any more; the bytes may still lie on the stream. */
  settle: ((outcome: Effect.Effect<Appended, unknown>) => void) | undefined
}

/** As gRPC throws it; the outcome of what was sent is unknown. */
const lost = { code: 14 }
const noPlace = { type: "unknown" }

const outcomeOf = (answer: Answer): Effect.Effect<Appended, unknown> => {
  try {
    const error = errorOf(answer)
    const appended = placeOfAppended(answer)
    return appended === undefined ? Effect.fail(error ?? noPlace) : Effect.succeed(appended)
  } catch (unreadable) {
    // Thrown here it would end the process.
    return Effect.die(unreadable)
  }
}

class Open {
  readonly #call: BatchCall
  readonly #sent = new Map<string, Sent>()
  #bytes = 0
  #over = false

  constructor(call: BatchCall, broken: () => void) {
    this.#call = call
    const end = (cause: unknown): void => {
      this.#over = true
      broken()
      const all = [...this.#sent.values()]
      this.#sent.clear()
      for (const { settle } of all) settle?.(Effect.fail(cause))
    }
    call.on("data", (answer) => this.#answered(answer))
    // Stays: an error that nobody listens to ends the process.
    call.on("error", (error: unknown) => end(error))
    call.on("end", () => end(lost))
  }

  send(stream: string, append: Append): Effect.Effect<Appended, unknown> {
    return Effect.callback((resume) => {
      const bytes = appendBytes(append.events)
      if (this.#over || this.#bytes + bytes > maxBytes) return resume(Effect.fail(lost))
      const correlation = randomUUID()
      const request = batchRequest(correlation, stream, append)
      const sent: Sent = { bytes, settle: resume }
      this.#sent.set(correlation, sent)
      this.#bytes += bytes
      this.#call.write(request)
      return Effect.sync(() => {
        sent.settle = undefined
      })
    })
  }

  cancel(): void {
    this.#call.cancel()
  }

  #answered(answer: Answer): void {
    const correlation = correlationOf(answer) ?? ""
    const sent = this.#sent.get(correlation)
    if (sent === undefined) return
    this.#sent.delete(correlation)
    this.#bytes -= sent.bytes
    sent.settle?.(outcomeOf(answer))
  }
}

export class AppendStream {
  readonly #open: () => Promise<BatchCall>
  #now: Promise<Open> | undefined

  constructor(open: () => Promise<BatchCall>) {
    this.#open = open
  }

  /** Fails with what the client throws. `stream`: as it is named in the store. An event that is no JSON is a defect. */
  send(stream: string, append: Append): Effect.Effect<Appended, unknown> {
    return Effect.flatMap(
      Effect.tryPromise({ try: () => this.#current(), catch: (cause) => cause }),
      (open) => open.send(stream, append),
    )
  }

  /** The store is closed. */
  readonly close: Effect.Effect<void> = Effect.suspend(() => {
    const now = this.#now
    if (now === undefined) return Effect.void
    return Effect.ignore(
      Effect.map(
        Effect.tryPromise(() => now),
        (open) => open.cancel(),
      ),
    )
  })

  #current(): Promise<Open> {
    if (this.#now !== undefined) return this.#now
    const opening: Promise<Open> = this.#open().then((call) => new Open(call, () => this.#forget(opening)))
    opening.catch(() => this.#forget(opening))
    this.#now = opening
    return opening
  }

  #forget(opening: Promise<Open>): void {
    if (this.#now === opening) this.#now = undefined
  }
}
