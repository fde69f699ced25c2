/**
 * A client written from the protocol page alone, for tests that look at single frames: it keeps every frame it got and hides nothing.
 *
 * Always true: it knows nothing of the project; what goes over its wires is judged by the documents that the server serves.
 * Not for: load, or for clients that reconnect by themselves.
 */
import { WebSocket } from "ws"
import { judgeConnection, judgeExchange } from "../documents/judge.ts"
import type { WitnessedConnection } from "../independent/Witness.ts"

/** What came over the wire, unchecked: whoever expects something of it says so in an assertion. */
export type Whatever = ReturnType<typeof JSON.parse>

export interface Frame {
  readonly id: string
  readonly type: string
  readonly conversation_id?: string
  readonly seq?: number
  readonly client_msg_id?: string
  readonly reply_to?: string
  readonly ts?: string
  readonly payload: Whatever
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: Whatever
}

/** How long a test waits for what must come before it counts as missing. */
const patienceMs = 10_000

export class RawUser {
  readonly base: string
  readonly userId: string
  readonly token: string

  constructor(base: string, userId: string, token: string) {
    this.base = base
    this.userId = userId
    this.token = token
  }

  static async login(base: string, userId: string): Promise<RawUser> {
    const { status, body } = await call(base, "POST", "/v1/dev/login", undefined, { user_id: userId })
    if (status !== 200) throw new Error(`login: ${status}`)
    return new RawUser(base, userId, body.access_token)
  }

  readonly get = (path: string): Promise<Answer> => call(this.base, "GET", path, this.token)
  readonly post = (path: string, body: unknown, headers?: Record<string, string>): Promise<Answer> =>
    call(this.base, "POST", path, this.token, body, headers)

  readonly streamToken = async (deviceId = "phone"): Promise<{ token: string; url: string }> =>
    (await this.post("/v1/ws/token", { device_id: deviceId })).body

  readonly connect = async (deviceId = "phone"): Promise<RawSocket> => {
    const { token, url } = await this.streamToken(deviceId)
    const judged = await judgeConnection(this.base)
    const socket = new RawSocket(
      new WebSocket(url, { headers: { authorization: `Bearer ${token}` }, perMessageDeflate: false }),
      judged,
    )
    await socket.wait((frame) => frame.type === "hello")
    return socket
  }

  /** Connected and synced. */
  readonly live = async (deviceId = "phone", cursor?: string): Promise<RawSocket> => {
    const socket = await this.connect(deviceId)
    await socket.request("sync", cursor === undefined ? {} : { cursor })
    return socket
  }

  /** Every message of a conversation, oldest first, paged from the end to the first. */
  readonly history = async (conversation: string, limit = 200): Promise<ReadonlyArray<Whatever>> => {
    const items: Array<Whatever> = []
    let before: string | undefined
    do {
      const query = `limit=${limit}${before === undefined ? "" : `&before=${before}`}`
      const { status, body } = await this.get(`/v1/conversations/${conversation}/messages?${query}`)
      if (status !== 200) throw new Error(`history: ${status} ${JSON.stringify(body)}`)
      items.push(...body.items)
      before = body.items.length === limit ? body.prev_cursor : undefined
    } while (before !== undefined)
    return items.reverse()
  }
}

export const call = async (
  base: string,
  method: string,
  path: string,
  token?: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> => {
  const sent = body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body)
  const response = await fetch(base + path, {
    method,
    headers: {
      ...(sent === undefined ? {} : { "content-type": "application/json" }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(sent === undefined ? {} : { body: sent }),
  })
  const text = await response.text()
  const { headers: answered, status } = response
  await judgeExchange(base, { method, target: path, sent, status, headers: answered, text })
  return {
    status,
    headers: answered,
    body: text === "" ? undefined : JSON.parse(text),
  }
}

export class RawSocket {
  readonly socket: WebSocket
  readonly #judged: WitnessedConnection
  readonly frames: Array<Frame> = []
  readonly closed: Promise<{ code: number; reason: string }>
  #waiting = new Set<() => void>()
  #nextId = 0

  constructor(socket: WebSocket, judged: WitnessedConnection) {
    this.socket = socket
    this.#judged = judged
    socket.on("message", (data: Buffer) => {
      judged.received(data.toString())
      this.frames.push(JSON.parse(data.toString()) as Frame)
      for (const look of [...this.#waiting]) look()
    })
    socket.on("error", () => undefined)
    this.closed = new Promise((resolve) =>
      socket.once("close", (code, reason) => resolve({ code, reason: reason.toString() })),
    )
  }

  readonly sendText = (text: string | Buffer, binary = false): void => {
    this.#judged.sent(text.toString())
    this.socket.send(text, { binary })
  }

  /** Sends and does not wait; returns the request's id. */
  readonly send = (type: string, payload: unknown, more: Partial<Frame> = {}): string => {
    const id = more.id ?? `r${this.#nextId++}`
    this.sendText(JSON.stringify({ id, type, payload, ...more }))
    return id
  }

  /** Sends and waits for the one ack or error. */
  readonly request = async (type: string, payload: unknown, more: Partial<Frame> = {}): Promise<Frame> => {
    const id = this.send(type, payload, more)
    return this.wait((frame) => frame.reply_to === id)
  }

  readonly say = (conversation: string, clientMsgId: string, text: string): Promise<Frame> =>
    this.request("message.send", { text }, { conversation_id: conversation, client_msg_id: clientMsgId })

  /** The first frame, past or to come, that fits. */
  readonly wait = (fits: (frame: Frame) => boolean): Promise<Frame> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = this.frames.find(fits)
        if (found === undefined) return
        clearTimeout(timer)
        this.#waiting.delete(look)
        resolve(found)
      }
      const timer = setTimeout(() => {
        this.#waiting.delete(look)
        reject(new Error(`no such frame; the last ones: ${JSON.stringify(this.frames.slice(-5))}`))
      }, patienceMs)
      this.#waiting.add(look)
      look()
    })

  readonly of = (conversation: string): ReadonlyArray<Frame> =>
    this.frames.filter((frame) => frame.conversation_id === conversation && frame.seq !== undefined)

  readonly close = async (): Promise<void> => {
    this.socket.close()
    await this.closed
  }
}
