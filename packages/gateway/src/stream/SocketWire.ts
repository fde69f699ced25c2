/**
 * A session's socket: `ws` speaks the protocol (handshake, pings, closing, what comes in), frames with data are written to the socket
 * below it as they are. See `docs/decisions/0005-frames-are-written-once.md`.
 *
 * Always true: `ws` writes each of its own frames in one turn, without compression, so the two never interleave within a frame.
 */
import type { Duplex } from "node:stream"
import type { WebSocket } from "ws"
import type { Wire } from "./Outbox.ts"

/** Frames of one turn up to this size are copied together into one write: cheaper than a vector of small buffers. */
const MERGE_BYTES = 65_536

export class SocketWire implements Wire {
  readonly #ws: WebSocket
  readonly #socket: Duplex

  constructor(ws: WebSocket, socket: Duplex) {
    this.#ws = ws
    this.#socket = socket
  }

  write(first: Buffer, more?: ReadonlyArray<Buffer>): void {
    if (this.#ws.readyState !== this.#ws.OPEN) return
    const socket = this.#socket
    if (more === undefined) socket.write(first)
    else putAll(socket, [first, ...more])
    // Corked by the handshake, which waits for the first frame so that both are one write.
    if (socket.writableCorked > 0) socket.uncork()
  }

  waiting(): number {
    return this.#socket.writableLength
  }

  ping(): void {
    if (this.#ws.readyState === this.#ws.OPEN) this.#ws.ping()
  }

  close(code: number, reason: string): void {
    this.#ws.close(code, reason)
  }

  pause(): void {
    this.#ws.pause()
  }

  resume(): void {
    this.#ws.resume()
  }
}

const putAll = (socket: Duplex, frames: ReadonlyArray<Buffer>): void => {
  let bytes = 0
  for (const frame of frames) bytes += frame.length
  if (bytes <= MERGE_BYTES) {
    socket.write(Buffer.concat(frames, bytes))
    return
  }
  socket.cork()
  for (const frame of frames) socket.write(frame)
  socket.uncork()
}
