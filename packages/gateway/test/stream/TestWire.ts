/** A socket that keeps what is written to it. Stalled, it takes nothing more until it is drained. */
import type { Wire } from "../../src/stream/Outbox.ts"

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

export class TestWire implements Wire {
  readonly frames: Array<Received> = []
  readonly texts: Array<string> = []
  closed: number | undefined
  paused = false
  pings = 0
  stalled = false
  #waiting = 0

  write(frames: ReadonlyArray<Buffer>): void {
    for (const bytes of frames) {
      const text = payloadOf(bytes)
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

  /** Types, with `seq` or what else tells them apart, of what came since `from`. */
  story(from = 0): ReadonlyArray<string> {
    return this.frames.slice(from).map(({ payload, seq, type }) => {
      if (seq !== undefined) return `${type} ${seq}`
      if (type === "sync.gap") return `sync.gap ${payload["to_seq"]}`
      if (type === "error") return `error ${payload["code"]}`
      return type
    })
  }
}

/** Lets everything that can run, run. */
export const settle = async (): Promise<void> => {
  for (let i = 0; i < 12; i++) await new Promise((resolve) => setImmediate(resolve))
}
