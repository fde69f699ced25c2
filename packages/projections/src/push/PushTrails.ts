/**
 * The traces of messages on their way to a push: from the event's metadata to the decision, and from there to what sends.
 *
 * Always true: in memory and bounded; what a restart or another process sends has no span, and is sent all the same. A job that stands
 * for several messages belongs to the trace of the last.
 */
import type { RecordedEvent } from "@parley/runtime/EventStore"
import { isSampled, type Span, type SpanMaker, traceparentIn } from "@parley/runtime/telemetry/Spans"
import type { PushJob, Wanted } from "./PushQueue.ts"
import { conversationPrefix } from "./PushWindow.ts"

/** The longest known goes first. */
const most = 10_000

const keyOf = (conversation: string, seq: number): string => `${conversation}@${seq}`

class Recent<Value> {
  readonly #kept = new Map<string, Value>()

  get(key: string): Value | undefined {
    return this.#kept.get(key)
  }

  set(key: string, value: Value): void {
    this.#kept.set(key, value)
    if (this.#kept.size > most) this.#kept.delete(this.#kept.keys().next().value!)
  }
}

export class PushTrails {
  readonly #spans: SpanMaker
  readonly #messages = new Recent<string>()
  readonly #decisions = new Recent<string>()

  constructor(spans: SpanMaker) {
    this.#spans = spans
  }

  /** A page of the log, before anything of it is judged. */
  read(recorded: ReadonlyArray<RecordedEvent>): void {
    for (const { metadata, revision, stream, type } of recorded) {
      if (type !== "MessageSent") continue
      const traceparent = traceparentIn(metadata)
      if (isSampled(traceparent))
        this.#messages.set(keyOf(stream.slice(conversationPrefix.length), revision), traceparent)
    }
  }

  /** These are durably in the queue now. One span a message, however many devices it goes to. */
  decided(wanted: ReadonlyArray<Wanted>): void {
    for (const one of wanted) {
      if (one.kind !== "message") continue
      const key = keyOf(one.conversation, one.seq)
      const parent = this.#messages.get(key)
      if (parent === undefined || this.#decisions.get(key) !== undefined) continue
      const span = this.#spans.start({
        name: "push.decide",
        parent,
        attributes: { "parley.conversation": one.conversation },
      })
      if (span === undefined) continue
      this.#decisions.set(key, span.traceparent)
      span.end()
    }
  }

  /** `undefined`: it belongs to no trace that is known here. */
  sending({ attempts, conversation, count, kind, seq }: PushJob): Span | undefined {
    if (conversation === undefined) return undefined
    const parent = this.#decisions.get(keyOf(conversation, seq))
    if (parent === undefined) return undefined
    return this.#spans.start({
      name: "push.send",
      kind: "client",
      parent,
      attributes: { "parley.push": kind, "parley.attempt": attempts, "parley.messages": count },
    })
  }
}
