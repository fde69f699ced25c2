/**
 * A connection that reads frames off the bare socket: with thousands of them in one process, a client library would cost more than
 * the server that is measured.
 *
 * Always true: it answers pings and closes, and hands on each text frame's bytes in order.
 * Not for: anything that must look at fragments or masks; what is no text, ping or close is left out.
 */
import { randomBytes } from "node:crypto"
import type { Socket } from "node:net"
import { rawRequest } from "./rawRequest.ts"

const pong = Buffer.from([0x8a, 0x80, 0, 0, 0, 0])

export class RawReceiver {
  onText: (text: Buffer) => void = () => undefined
  /** Once. `undefined`: the socket ended without a close frame. */
  onClosed: (code: number | undefined) => void = () => undefined
  readonly #socket: Socket
  #rest: Buffer = Buffer.alloc(0)

  constructor(socket: Socket) {
    this.#socket = socket
    // What came with the handshake is read in a later turn, when somebody listens.
    setImmediate(() => socket.on("data", (chunk: Buffer) => this.#read(chunk)).resume())
    // A server that ends cuts it.
    socket.on("error", () => undefined)
    socket.on("close", () => this.#closed(undefined))
  }

  /** At most 65,535 bytes of UTF-8; masked with zeros, which is a mask like any other. */
  send(text: string): void {
    const payload = Buffer.from(text)
    const length =
      payload.length < 126
        ? [0x80 | payload.length]
        : [0x80 | 126, payload.length >> 8, payload.length & 0xff]
    this.#socket.write(Buffer.concat([Buffer.from([0x81, ...length, 0, 0, 0, 0]), payload]))
  }

  /** Reads no more: what comes waits in the kernels, then with the sender. */
  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  terminate(): void {
    this.#socket.destroy()
  }

  #closed(code: number | undefined): void {
    const tell = this.onClosed
    this.onClosed = () => undefined
    tell(code)
  }

  #close(code: number): void {
    this.#socket.end(Buffer.from([0x88, 0x82, 0, 0, 0, 0, code >> 8, code & 0xff]))
    this.#closed(code)
  }

  #read(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    let at = 0
    while (bytes.length - at >= 2) {
      const short = bytes[at + 1]! & 0x7f
      const header = short === 127 ? 10 : short === 126 ? 4 : 2
      if (bytes.length - at < header) break
      const length =
        short === 127
          ? Number(bytes.readBigUInt64BE(at + 2))
          : short === 126
            ? bytes.readUInt16BE(at + 2)
            : short
      const end = at + header + length
      if (bytes.length < end) break
      const opcode = bytes[at]! & 0x0f
      if (opcode === 1) this.onText(bytes.subarray(at + header, end))
      else if (opcode === 9) this.#socket.write(pong)
      else if (opcode === 8) this.#close(length < 2 ? 1005 : bytes.readUInt16BE(at + header))
      at = end
    }
    this.#rest = bytes.subarray(at)
  }
}

/** Dials `url` (`ws://…`). Rejects when the server refuses. */
export const openRaw = async (
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<RawReceiver> => {
  const answer = await rawRequest(url, "GET", {
    ...headers,
    connection: "Upgrade",
    upgrade: "websocket",
    "sec-websocket-version": "13",
    "sec-websocket-key": randomBytes(16).toString("base64"),
  })
  const { rest, socket, status } = answer
  if (status !== 101) {
    socket.destroy()
    throw new Error(`refused with ${status}`)
  }
  if (rest.length > 0) socket.unshift(rest)
  return new RawReceiver(socket)
}
