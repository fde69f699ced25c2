/**
 * The floor of the wire: a bare `ws` server that stores nothing. It acknowledges a send and relays it to the conversation's other
 * connection and back to the sender, with one JSON.parse and two JSON.stringify, as any server must.
 *
 * Run as a process: `node bareServer.ts <port> [<commit> <directory>]`; prints `ready`. With a kind of commit (`bareCommit.ts`) it
 * answers and relays what has been committed: the floor of durability.
 */
import { type WebSocket, WebSocketServer } from "ws"
import { type CommitKind, openCommit } from "./bareCommit.ts"

const [, , port, kind = "nothing", directory = ""] = process.argv
const commit = openCommit(kind as CommitKind, directory)
interface Frame {
  readonly id: string
  readonly conversation_id: string
  readonly payload: { readonly text: string }
}

const server = new WebSocketServer({
  port: Number(port),
  host: "127.0.0.1",
  perMessageDeflate: false,
})
const rooms = new Map<string, Set<WebSocket>>()

server.on("connection", (socket, request) => {
  const joined = new URL(request.url ?? "", "ws://x").searchParams.getAll("room")
  for (const room of joined) {
    const members = rooms.get(room) ?? new Set()
    rooms.set(room, members.add(socket))
  }
  let seq = 0
  const answer = (frame: Frame): void => {
    seq += 1
    socket.send(JSON.stringify({ type: "ack", reply_to: frame.id, payload: { seq } }))
    const relayed = Buffer.from(
      JSON.stringify({
        type: "message.new",
        conversation_id: frame.conversation_id,
        seq,
        payload: { text: frame.payload.text },
      }),
    )
    for (const member of rooms.get(frame.conversation_id) ?? [])
      member.send(relayed, { binary: false, compress: false })
  }
  socket.on("message", (data: Buffer) => {
    const frame = JSON.parse(data.toString()) as Frame
    commit(data, () => answer(frame))
  })
  socket.on("close", () => {
    for (const room of joined) rooms.get(room)?.delete(socket)
  })
})
server.on("listening", () => process.stdout.write("ready\n"))
