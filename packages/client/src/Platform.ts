/**
 * What the client needs of the world: the network, time and chance.
 *
 * Always true: nothing else in this package touches a global that waits, tells the time or draws a number, so a test hands in a
 * world of its own and never sleeps.
 */

export interface HttpRequest {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

export interface HttpAnswer {
  readonly status: number
  /** The parsed JSON body; `undefined` when there is none. */
  readonly body: unknown
  readonly retryAfter: string | null
}

export interface SocketEvents {
  readonly message: (text: string) => void
  /** Once, also when the socket never opened. */
  readonly closed: (code: number) => void
}

export interface Socket {
  readonly send: (text: string) => void
  readonly close: () => void
}

export interface Platform {
  /** Rejects only when no answer came. */
  readonly request: (url: string, request: HttpRequest) => Promise<HttpAnswer>
  readonly openSocket: (url: string, protocols: ReadonlyArray<string>, events: SocketEvents) => Socket
  /** Answers with what cancels it. */
  readonly after: (ms: number, run: () => void) => () => void
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** In [0, 1). */
  readonly random: () => number
  readonly randomBytes: (length: number) => Uint8Array
}

/** The real world, the same in browsers and in Node from 22 on. */
export const platform: Platform = {
  request: async (url, request) => {
    const response = await fetch(url, { ...request, redirect: "error", signal: AbortSignal.timeout(20_000) })
    const text = await response.text()
    return { status: response.status, body: parse(text), retryAfter: response.headers.get("retry-after") }
  },
  openSocket: (url, protocols, events) => {
    const socket = new WebSocket(url, [...protocols])
    socket.onmessage = (event) => {
      if (typeof event.data === "string") events.message(event.data)
    }
    socket.onclose = (event) => events.closed(event.code)
    return { send: (text) => socket.send(text), close: () => socket.close() }
  },
  after: (ms, run) => {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
  now: () => Date.now(),
  random: () => Math.random(),
  randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
}

const parse = (text: string): unknown => {
  try {
    return text === "" ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}
