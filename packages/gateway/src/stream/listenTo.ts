/**
 * What a socket tells its session.
 *
 * Always true: a socket has one closure, for the drain of the socket below it; its other listeners are shared by all.
 */
import type { Duplex } from "node:stream"
import type { RawData, WebSocket } from "ws"
import { STOP_BYTES } from "./Flow.ts"
import type { OpenSockets } from "./OpenSockets.ts"
import { receive } from "./receive.ts"
import type { Session } from "./Session.ts"

/** A socket with the session that it belongs to, so that its listeners need no closures. */
type SessionSocket = WebSocket & { session: Session; open: OpenSockets }

export const listenTo = (ws: WebSocket, socket: Duplex, session: Session, open: OpenSockets): void => {
  const own = ws as SessionSocket
  own.session = session
  own.open = open
  open.add(ws)
  own.on("message", onMessage)
  own.on("pong", onPong)
  own.on("ping", onPing)
  own.on("close", onClose)
  // `ws` closes by itself, with the code that fits.
  own.on("error", onError)
  // The only closure of a connection: the socket below knows nothing of its session.
  socket.on("drain", () => session.judge(session.context.now()))
}

function onMessage(this: WebSocket, data: RawData, binary: boolean): void {
  receive((this as SessionSocket).session, data as Buffer, binary)
}
function onPong(this: WebSocket): void {
  const { session } = this as SessionSocket
  session.pong()
  session.context.presence.beat(session)
}
/** Not left to `ws`: a peer that pings without reading would fill the memory with pongs. */
function onPing(this: WebSocket, data: Buffer): void {
  if (this.bufferedAmount < STOP_BYTES) this.pong(data)
}
/** 1006: the socket is gone without a close. */
function onClose(this: WebSocket, code: number): void {
  ;(this as SessionSocket).session.gone(code === 1006 ? "cut" : "closed")
  ;(this as SessionSocket).open.closed(this)
}
function onError(): void {}
