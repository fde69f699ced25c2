/**
 * The floor of HTTP: Node's own server, which answers every request with the bytes that it was given on its standard input.
 *
 * Run as a process: `node barePage.ts <port>`; prints `ready`.
 */
import { createServer } from "node:http"
import { buffer } from "node:stream/consumers"

const body = await buffer(process.stdin)
const headers = { "content-type": "application/json", "content-length": body.length }

createServer((_, response) => response.writeHead(200, headers).end(body)).listen(
  Number(process.argv[2]),
  "127.0.0.1",
  () => process.stdout.write("ready\n"),
)
