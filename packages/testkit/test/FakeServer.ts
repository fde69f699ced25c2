/**
 * A server of a few lines that speaks just enough of the protocol page to show what the independent client does.
 *
 * Always true: it answers only what a test tells it to; every frame that it got is kept.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { type WebSocket, WebSocketServer } from "ws"

export interface Got {
  readonly id: string
  readonly type: string
  readonly conversation_id?: string
  readonly client_msg_id?: string
  readonly payload: {
    readonly text?: string
    readonly cursor?: string
    readonly known?: Readonly<Record<string, number>>
  }
}

export class FakeServer {
  readonly got: Array<Got> = []
  connections = 0
  logins = 0
  tokens = 0
  /** Refuses the next upgrades with these, one each. */
  readonly refuse: Array<{ readonly status: number; readonly retryAfter?: number }> = []
  /** What to do with a frame; a `sync` is acked before. */
  answer: (frame: Got, say: (frame: object) => void, socket: WebSocket) => void = () => undefined
  socket: WebSocket | undefined
  readonly #http: Server
  readonly #sockets = new WebSocketServer({ noServer: true })

  constructor() {
    this.#http = createServer((request, response) => this.#serve(request, response))
    this.#http.on("upgrade", (request, socket, head) => {
      const refusal = this.refuse.shift()
      if (refusal !== undefined) {
        const retry = refusal.retryAfter === undefined ? "" : `Retry-After: ${refusal.retryAfter}\r\n`
        return socket.end(`HTTP/1.1 ${refusal.status} No\r\n${retry}Connection: close\r\n\r\n`)
      }
      this.#sockets.handleUpgrade(request, socket, head, (upgraded) => this.#greet(upgraded))
    })
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#http.listen(0, "127.0.0.1", resolve))
    return this.#base
  }

  get #base(): string {
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`
  }

  say(frame: object): void {
    this.socket?.send(JSON.stringify({ id: "evt_1", payload: {}, ...frame }))
  }

  sends(): ReadonlyArray<Got> {
    return this.got.filter(({ type }) => type === "message.send")
  }

  syncs(): ReadonlyArray<Got["payload"]> {
    return this.got.filter(({ type }) => type === "sync").map(({ payload }) => payload)
  }

  async close(): Promise<void> {
    for (const client of this.#sockets.clients) client.terminate()
    this.#http.closeAllConnections()
    await new Promise<void>((resolve) => this.#http.close(() => resolve()))
  }

  #greet(socket: WebSocket): void {
    this.connections++
    this.socket = socket
    const say = (frame: object): void => socket.send(JSON.stringify({ id: "evt_1", payload: {}, ...frame }))
    say({ type: "hello", payload: { cursor: "head" } })
    socket.on("message", (data: Buffer) => {
      const frame = JSON.parse(data.toString()) as Got
      this.got.push(frame)
      this.answer(frame, say, socket)
    })
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const login = request.url === "/v1/dev/login"
    if (login) this.logins++
    else this.tokens++
    const url = `${this.#base.replace("http", "ws")}/v1/stream?v=1`
    response.writeHead(200, { "content-type": "application/json" })
    response.end(JSON.stringify(login ? { access_token: `access-${this.logins}` } : { token: "stream", url }))
  }
}
