/**
 * A socket that keeps what is written to it. Stalled, it takes nothing more until it is drained.
 *
 * Always true: it takes no frame that is not as the stream's document says.
 */
import { defaultLimits } from "@parley/domain/limits"
import { asyncApi } from "../../src/documents/asyncApi.ts"
import { judgeStream } from "../../src/documents/traffic/judgeStream.ts"
import type { Wire } from "../../src/stream/Outbox.ts"
import { byAjv } from "../documents/byAjv.ts"

export interface Received {
  readonly id: string
  readonly type: string
  readonly reply_to?: string
  readonly conversation_id?: string
  readonly client_msg_id?: string
  readonly seq?: number
  readonly payload: Readonly<Record<string, unknown>>
}

/** The JSON of a server's text frame. */
export const payloadOf = (bytes: Buffer): string => {
  const short = bytes[1]!
  return bytes.toString("utf8", short < 126 ? 2 : short === 126 ? 4 : 10)
}

const judge = judgeStream(asyncApi(defaultLimits), byAjv)()

export class TestWire implements Wire {
  readonly frames: Array<Received> = []
  readonly texts: Array<string> = []
  closed: number | undefined
  paused = false
  pings = 0
  stalled = false
  #waiting = 0

  write(first: Buffer, more: ReadonlyArray<Buffer> = []): void {
    for (const bytes of [first, ...more]) {
      const text = payloadOf(bytes)
      const fault = judge.alone(text)
      if (fault !== undefined) throw new Error(`not what /asyncapi.json says: ${fault}`)
      this.texts.push(text)
      this.frames.push(JSON.parse(text) as Received)
      if (this.stalled) this.#waiting += bytes.length
    }
  }

  waiting(): number {
    return this.#waiting
  }

  /** The kernel takes up to so many bytes of what waits. */
  drain(bytes = Number.POSITIVE_INFINITY): void {
    this.#waiting = Math.max(0, this.#waiting - bytes)
  }

  ping(): void {
    this.pings++
  }

  close(code: number): void {
    this.closed ??= code
  }

  pause(): void {
    this.paused = true
  }

  resume(): void {
    this.paused = false
  }

  /** What came since `from`. */
  story(from = 0): ReadonlyArray<string> {
    return storyOf(this.frames.slice(from))
  }
}

/** Types, with `seq` or what else tells them apart. */
export const storyOf = (frames: ReadonlyArray<Received>): ReadonlyArray<string> =>
  frames.map(({ payload, seq, type }) => {
    if (seq !== undefined) return `${type} ${seq}`
    if (type === "sync.gap") return `sync.gap ${payload["to_seq"]}`
    if (type === "error") return `error ${payload["code"]}`
    return type
  })

/** Lets everything that can run, run. */
export const settle = async (): Promise<void> => {
  for (let i = 0; i < 12; i++) await new Promise((resolve) => setImmediate(resolve))
}
