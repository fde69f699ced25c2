/**
 * Somebody's connection to the stream: asks, and waits for the one answer.
 *
 * Always true: a frame that is not as the served document says fails the run.
 */
import { StreamToken } from "@parley/domain/wire/http"
import { WebSocket } from "ws"
import { documentsOf } from "../../src/documents/traffic/documentsOf.ts"
import type { StreamJudge } from "../../src/documents/traffic/judgeStream.ts"
import { byAjv } from "../documents/byAjv.ts"
import { type Person, read } from "./Person.ts"

export interface Frame {
  readonly id: string
  readonly type: string
  readonly conversation_id?: string
  readonly seq?: number
  readonly reply_to?: string
  readonly payload: Readonly<Record<string, unknown>>
}

export class Socket {
  readonly frames: Array<Frame> = []
  readonly #socket: WebSocket
  readonly #judge: StreamJudge
  readonly #waiting = new Set<() => void>()
  #asked = 0

  constructor(socket: WebSocket, judge: StreamJudge) {
    this.#socket = socket
    this.#judge = judge
    socket.on("message", (data: Buffer) => {
      const fault = judge.received(data.toString())
      if (fault !== undefined) throw new Error(`not what /asyncapi.json says: ${fault}`)
      this.frames.push(JSON.parse(data.toString()) as Frame)
      for (const look of this.#waiting) look()
    })
    socket.on("error", () => undefined)
  }

  static async open(person: Person, device = "phone"): Promise<Socket> {
    const { stream } = await documentsOf(person.url, byAjv)
    const { token, url } = read(StreamToken, await person.post("/v1/ws/token", { device_id: device }))
    const socket = new Socket(
      new WebSocket(url, { headers: { authorization: `Bearer ${token}` }, perMessageDeflate: false }),
      stream(),
    )
    await socket.until((frame) => frame.type === "hello")
    return socket
  }

  /** The first frame, of those that have come and those that will, for which this holds. */
  until(holds: (frame: Frame) => boolean): Promise<Frame> {
    let looked = 0
    return new Promise((resolve, reject) => {
      const look = (): void => {
        for (; looked < this.frames.length; looked++)
          if (holds(this.frames[looked]!)) {
            this.#waiting.delete(look)
            return resolve(this.frames[looked]!)
          }
      }
      this.#socket.once("close", (code) => reject(new Error(`closed ${code}`)))
      this.#waiting.add(look)
      look()
    })
  }

  /** Sends and does not wait. */
  say(frame: Readonly<Record<string, unknown>>): string {
    const id = `q${++this.#asked}`
    const text = JSON.stringify({ id, ...frame })
    this.#judge.sent(text)
    this.#socket.send(text)
    return id
  }

  /** The `ack` or the `error`. */
  ask(frame: Readonly<Record<string, unknown>>): Promise<Frame> {
    const id = this.say(frame)
    return this.until(({ reply_to }) => reply_to === id)
  }

  close(): void {
    this.#socket.close()
  }

  /** As a killed process does: without a close. */
  cut(): void {
    this.#socket.terminate()
  }
}
