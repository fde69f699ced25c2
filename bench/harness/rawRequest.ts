/**
 * An HTTP request on a connection of its own, off the bare socket: as with frames (`rawReceiver.ts`), node's client would cost a fleet
 * more than the server that is measured.
 *
 * Always true: one connection for one request; the answer has a `content-length`, or is an upgrade.
 * Not for: anything that is chunked.
 */
import { createConnection, type Socket } from "node:net"

export interface RawAnswer {
  readonly status: number
  /** Seconds. */
  readonly retryAfter: number
  readonly body: string
  /** What came behind the answer's head: of an upgrade, the first frames. */
  readonly rest: Buffer
  /** Open after an upgrade, else ended by the server or to be destroyed. */
  readonly socket: Socket
}

const end = "\r\n\r\n"
const header = (head: string, name: string): string | undefined =>
  new RegExp(`^${name}: *(.*)$`, "im").exec(head)?.[1]?.trim()

/** @param url `http://…` or `ws://…` with a port. Rejects when the connection ends before the answer. */
export const rawRequest = (
  url: string,
  method: "GET" | "POST",
  headers: Readonly<Record<string, string>>,
  body?: string,
): Promise<RawAnswer> =>
  new Promise((resolve, reject) => {
    const { hostname, host, port, pathname, search } = new URL(url)
    const socket = createConnection({ host: hostname, port: Number(port), noDelay: true })
    let received: Buffer = Buffer.alloc(0)
    const lines = Object.entries({
      host,
      ...headers,
      ...(body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) }),
    }).map(([name, value]) => `${name}: ${value}\r\n`)
    socket.write(`${method} ${pathname}${search} HTTP/1.1\r\n${lines.join("")}\r\n${body ?? ""}`)
    const onCut = (): void => reject(new Error(`${url}: the connection ended before the answer`))
    const onData = (chunk: Buffer): void => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk])
      const at = received.indexOf(end)
      if (at < 0) return
      const head = received.toString("latin1", 0, at)
      const status = Number(head.slice(9, 12))
      const rest = received.subarray(at + end.length)
      const length = status === 101 ? 0 : Number(header(head, "content-length") ?? 0)
      if (rest.length < length) return
      socket.off("data", onData)
      socket.off("close", onCut)
      socket.off("error", onCut)
      if (status === 101) socket.pause()
      const retryAfter = Number(header(head, "retry-after") ?? 0)
      const text = rest.toString("utf8", 0, length)
      resolve({ status, retryAfter, body: text, rest: rest.subarray(length), socket })
    }
    socket.on("data", onData)
    socket.on("close", onCut)
    socket.on("error", onCut)
  })
