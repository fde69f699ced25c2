import { Duplex } from "node:stream"
import { expect, it } from "vitest"
import type { WebSocket } from "ws"
import { SocketWire } from "../../src/stream/SocketWire.ts"

/** A socket that counts how often the kernel is asked to take something. */
const counting = () => {
  const writes: Array<string> = []
  const socket = new Duplex({
    read: () => undefined,
    write: (chunk: Buffer, _, done) => {
      writes.push(chunk.toString())
      done()
    },
    writev: (chunks, done) => {
      writes.push(chunks.map(({ chunk }) => String(chunk)).join(""))
      done()
    },
  })
  const wire = new SocketWire({ readyState: 1, OPEN: 1 } as WebSocket, socket)
  return { socket, wire, writes }
}

it("the greeting leaves with the answer to the handshake, in one write, and nothing is held back after it", () => {
  const { socket, wire, writes } = counting()
  socket.cork()
  socket.write("101 ")
  expect(writes).toEqual([])
  wire.write(Buffer.from("hello"))
  wire.write(Buffer.from("ack"))
  expect(writes).toEqual(["101 hello", "ack"])
})

it("frames of one turn are one write", () => {
  const { wire, writes } = counting()
  wire.write(Buffer.from("one "), [Buffer.from("two")])
  expect(writes).toEqual(["one two"])
})
