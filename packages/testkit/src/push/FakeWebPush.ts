/**
 * A Web Push service on this machine: it takes what RFC 8030 lets it take, checks who asks, and opens what was sealed, as the browser would.
 *
 * Always true: what it cannot check or open it refuses, and lists among `faults`: a test that ends with faults has failed.
 */
import {
  createServer as createPlain,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http"
import { createServer as createSecure } from "node:https"
import type { AddressInfo } from "node:net"
import { bodyOf, Scripted } from "./Scripted.ts"
import { selfSigned } from "./selfSigned.ts"
import { Subscriber } from "./Subscriber.ts"
import { vapidClaims } from "./vapidClaims.ts"

export interface Pushed {
  /** The last part of the subscription's endpoint. */
  readonly subscription: string
  /** As the service worker gets it. */
  readonly payload: Readonly<Record<string, unknown>>
  readonly text: string
  readonly ttl: number
  readonly urgency: string | undefined
  readonly topic: string | undefined
}

export interface Subscription {
  readonly endpoint: string
  readonly expirationTime: null
  readonly keys: { readonly p256dh: string; readonly auth: string }
}

export class FakeWebPush {
  /** What was taken, in order. */
  readonly pushed: Array<Pushed> = []
  readonly faults: Array<string> = []
  /** Requests that came, whatever became of them. */
  requests = 0
  readonly script = new Scripted()
  readonly #server: Server
  readonly #subscribers = new Map<string, { readonly subscriber: Subscriber; readonly publicKey: string }>()
  readonly #waiting = new Set<() => void>()
  /** Of its certificate; absent over plain http. */
  readonly ca: string | undefined

  private constructor(server: Server, ca: string | undefined) {
    this.#server = server
    this.ca = ca
    server.on(
      "request",
      (request: IncomingMessage, response: ServerResponse) => void this.#take(request, response),
    )
  }

  /** `secure`: https with a certificate of its own (`ca`); else http, which a server takes when it is configured for it. */
  static async start({ secure = false } = {}): Promise<FakeWebPush> {
    const certificate = secure ? selfSigned("localhost") : undefined
    const server = certificate === undefined ? createPlain() : createSecure(certificate)
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve))
    return new FakeWebPush(server, certificate?.cert)
  }

  get origin(): string {
    const { port } = this.#server.address() as AddressInfo
    return `${this.ca === undefined ? "http" : "https"}://127.0.0.1:${port}`
  }

  /** As a browser's `pushManager.subscribe` with the server's public key. */
  subscribe(publicKey: string, id = `s${this.#subscribers.size + 1}`): Subscription {
    const subscriber = new Subscriber()
    this.#subscribers.set(id, { subscriber, publicKey })
    return { endpoint: `${this.origin}/push/${id}`, expirationTime: null, keys: subscriber.keys }
  }

  /** As the browser's data being deleted: 410 from then on. */
  unsubscribe(id: string): void {
    this.#subscribers.delete(id)
  }

  /** Resolves when what was pushed satisfies; rejects after `withinMs`. */
  async until(enough: (pushed: ReadonlyArray<Pushed>) => boolean, withinMs = 15_000): Promise<void> {
    const end = Date.now() + withinMs
    while (!enough(this.pushed)) {
      const left = end - Date.now()
      if (left <= 0) throw new Error(`after ${withinMs} ms: ${JSON.stringify(this.pushed)}`)
      await new Promise<void>((resolve) => {
        const done = (): void => {
          clearTimeout(timer)
          this.#waiting.delete(done)
          resolve()
        }
        const timer = setTimeout(done, left)
        this.#waiting.add(done)
      })
    }
  }

  close(): Promise<void> {
    this.#server.closeAllConnections()
    return new Promise((resolve) => void this.#server.close(() => resolve()))
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.requests += 1
    const id = /^\/push\/([^/]+)$/.exec(request.url ?? "")?.[1]
    const known = id === undefined ? undefined : this.#subscribers.get(id)
    if (request.method !== "POST" || id === undefined) return this.#refuse(response, 404, "no such address")
    if (known === undefined) return this.script.answer(response, { status: 410 })
    try {
      const body = await bodyOf(request)
      const pushed = this.#open(id, known, request, body)
      response.on("finish", () => this.#finished(response, pushed))
      this.script.answer(response, {
        status: 201,
        headers: { location: `${this.origin}/receipt/${this.requests}` },
      })
    } catch (cause) {
      this.#refuse(response, 400, (cause as Error).message)
    }
  }

  #finished(response: ServerResponse, pushed: Pushed): void {
    if (response.statusCode >= 300) return
    this.pushed.push(pushed)
    for (const done of this.#waiting) done()
  }

  #refuse(response: ServerResponse, status: number, fault: string): void {
    this.faults.push(fault)
    response.writeHead(status)
    response.end()
  }

  #open(
    id: string,
    { subscriber, publicKey }: { readonly subscriber: Subscriber; readonly publicKey: string },
    { headers }: IncomingMessage,
    body: Buffer,
  ): Pushed {
    vapidClaims(headers.authorization, { publicKey, origin: this.origin })
    if (headers["content-encoding"] !== "aes128gcm") throw new Error("not aes128gcm")
    if (body.length > 4_096) throw new Error(`${body.length} bytes are more than a service must take`)
    const [ttl, topic] = [headers["ttl"], headers["topic"] as string | undefined]
    if (typeof ttl !== "string" || !/^\d+$/.test(ttl)) throw new Error("no TTL")
    if (topic !== undefined && !/^[A-Za-z0-9_-]{1,32}$/.test(topic)) throw new Error("a Topic that is none")
    const text = subscriber.open(body)
    const payload = JSON.parse(text) as Record<string, unknown>
    return {
      subscription: id,
      payload,
      text,
      ttl: Number(ttl),
      urgency: headers["urgency"] as string | undefined,
      topic,
    }
  }
}
