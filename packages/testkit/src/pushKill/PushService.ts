/**
 * A push service that takes what it is sent, now and then asks to come back later, and remembers everything that it took.
 *
 * Always true: what it answered with 200 is in `taken`, and nothing else is.
 */
import { createServer, type Server } from "node:http"
import { once } from "node:events"
import type { AddressInfo } from "node:net"
import type { Arrival } from "./scene.ts"

export class PushService {
  readonly taken: Array<Arrival> = []
  readonly #server: Server

  /** @param random from 0 to below 1. One in thirty is refused; an answer takes up to 5 ms. */
  constructor(random: () => number) {
    this.#server = createServer((request, response) => {
      const chunks: Array<Buffer> = []
      request.on("data", (chunk: Buffer) => chunks.push(chunk))
      request.on("end", () => {
        const refused = random() < 1 / 30
        const arrival = JSON.parse(Buffer.concat(chunks).toString()) as Arrival
        setTimeout(() => {
          if (!refused) this.taken.push(arrival)
          response.writeHead(refused ? 503 : 200).end()
        }, random() * 5)
      })
    })
  }

  async listen(): Promise<number> {
    this.#server.listen(0, "127.0.0.1")
    await once(this.#server, "listening")
    return (this.#server.address() as AddressInfo).port
  }

  close(): void {
    this.#server.close()
    this.#server.closeAllConnections()
  }
}
