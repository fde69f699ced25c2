/**
 * What the client needs of the world: the network, time and chance, and whether somebody looks.
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
  /** Where there is something to look at: calls now and at every change. Answers with what ends it. */
  readonly watchForeground?: (changed: (foreground: boolean) => void) => () => void
  /** Calls when the network is back, and with `false` when it is gone. Answers with what ends it. */
  readonly watchNetwork?: (changed: (there?: boolean) => void) => () => void
  /** Where windows share storage: takes a name for as long as this window lives; `false`: another one has it. */
  readonly hold?: (name: string) => Promise<boolean>
  /** Runs unless a window holds the name, and keeps others from it meanwhile. */
  readonly whileFree?: (name: string, run: () => Promise<void>) => Promise<void>
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
    return {
      // A socket that is closing takes nothing; its end is told by `closed`.
      send: (text) => {
        if (socket.readyState === WebSocket.OPEN) socket.send(text)
      },
      close: () => socket.close(),
    }
  },
  after: (ms, run) => {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
  now: () => Date.now(),
  random: () => Math.random(),
  randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
  watchForeground: (changed) => {
    if (typeof document === "undefined") return () => {}
    const tell = (): void => changed(document.visibilityState === "visible")
    document.addEventListener("visibilitychange", tell)
    tell()
    return () => document.removeEventListener("visibilitychange", tell)
  },
  watchNetwork: (changed) => {
    if (typeof document === "undefined") return () => {}
    const tell = (): void => changed(navigator.onLine)
    addEventListener("online", tell)
    addEventListener("offline", tell)
    return () => {
      removeEventListener("online", tell)
      removeEventListener("offline", tell)
    }
  },
  hold: async (name) => {
    const locks = locksOfPage()
    if (locks === undefined) return true
    // A reload may come before the old page has let go, so it waits a little.
    const signal = AbortSignal.timeout(400)
    return new Promise((answer) => {
      const held = locks.request(name, { signal }, () => {
        answer(true)
        return new Promise<never>(() => {})
      })
      held.catch(() => answer(false))
    })
  },
  whileFree: async (name, run) => {
    const locks = locksOfPage()
    if (locks === undefined) return run()
    await locks.request(name, { ifAvailable: true }, (lock) => (lock === null ? undefined : run()))
  },
}

/** Browsers have locks on secure origins only. Without them every window takes itself for the only one. */
const locksOfPage = (): LockManager | undefined =>
  typeof document === "undefined" ? undefined : navigator.locks

const parse = (text: string): unknown => {
  try {
    return text === "" ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}
